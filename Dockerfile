FROM python:3.13-slim
WORKDIR /srv/countersign
COPY . .
RUN pip install --no-cache-dir uv && uv sync --locked --no-dev
ENV PATH=/srv/countersign/.venv/bin:$PATH
USER nobody
