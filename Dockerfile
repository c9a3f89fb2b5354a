FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements/build.txt requirements/postgresql.txt requirements/
# Without pip inside: the image that runs cannot install anything.
RUN python -m venv --without-pip /opt/skincadence \
 && pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/build.txt \
 && pip --python /opt/skincadence/bin/python install --no-cache-dir --require-hashes --only-binary :all: \
      -r requirements/postgresql.txt
COPY pyproject.toml README.md ./
COPY app/ app/
COPY migrations/ migrations/
RUN pip wheel --no-cache-dir --no-build-isolation --no-deps --wheel-dir dist . \
 && pip --python /opt/skincadence/bin/python install --no-cache-dir --no-index --no-deps dist/*.whl

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="skincadence" \
      org.opencontainers.image.description="A microdermabrasion treatment plan from an intake" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin skincadence
COPY --from=build /opt/skincadence /opt/skincadence
# The database of one clinic, unless SKINCADENCE_DATABASE_URL names a PostgreSQL.
RUN install --directory --owner 10001 --mode 0700 /var/lib/skincadence
VOLUME /var/lib/skincadence
ENV PATH="/opt/skincadence/bin:$PATH" \
    SKINCADENCE_DATABASE_URL="sqlite:////var/lib/skincadence/skincadence.db" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /opt/skincadence
EXPOSE 8000
# Not through a proxy, whatever the environment says: the question is whether this process answers.
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 CMD ["python", "-c", \
  "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8000, timeout=2); c.request('GET', '/livez'); sys.exit(c.getresponse().status != 200)"]
CMD ["skincadence", "serve", "--host", "0.0.0.0", "--port", "8000"]
