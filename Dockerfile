FROM python:3.13-slim
RUN --mount=target=/source,rw pip install --no-cache-dir "/source[plots,sklearn,files]"
