-- A copy for tests is not the Odoo that Countersign works with: without this it would take writes and tell events
-- in the original's name, whose database.uuid and secret it has.
DELETE FROM ir_config_parameter WHERE key IN ('countersign.secret', 'countersign.service_url');
UPDATE countersign_outbox
   SET state = 'failed', last_error = 'Not sent: this is a neutralized copy.'
 WHERE state = 'waiting';
