# One recipe for the six services and the sandbox:
#   docker build -f deploy/docker/service.Dockerfile --build-arg SERVICE=consent -t opl/consent .
# Sources run as they are; node_modules keep their symlinks, because Node strips types only outside node_modules.
FROM docker.io/library/node:26-bookworm-slim AS packages
ARG SERVICE
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY libs ./libs
COPY services ./services
COPY sandbox ./sandbox
COPY web/package.json ./web/package.json
COPY tools/package.json ./tools/package.json
COPY e2e/package.json ./e2e/package.json
RUN workspace=$([ "$SERVICE" = sandbox ] && echo @opl/sandbox || echo "@opl/${SERVICE}-service") \
    && npm ci --workspace "$workspace" --omit=dev --include-workspace-root=false --no-audit --no-fund --ignore-scripts

# The client is built once, with the development packages, and only bff carries it.
FROM docker.io/library/node:26-bookworm-slim AS web
ARG SERVICE
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY libs ./libs
COPY web ./web
COPY services/bff/package.json ./services/bff/package.json
COPY tools/package.json ./tools/package.json
COPY sandbox/package.json ./sandbox/package.json
COPY e2e/package.json ./e2e/package.json
RUN mkdir -p web/dist \
    && if [ "$SERVICE" = bff ]; then npm ci --workspace @opl/web --no-audit --no-fund --ignore-scripts && npm run build --workspace @opl/web; fi

FROM docker.io/library/node:26-bookworm-slim
ARG SERVICE
ENV NODE_ENV=production SERVICE=${SERVICE}
WORKDIR /app
COPY --from=packages /app/package.json ./package.json
COPY --from=packages /app/node_modules ./node_modules
COPY --from=packages /app/libs ./libs
COPY --from=packages /app/sandbox ./sandbox
COPY --from=packages /app/services/${SERVICE}* ./services/${SERVICE}
COPY --from=web /app/web/dist ./web/dist
COPY tools/migrate ./tools/migrate
COPY tools/setup ./tools/setup
COPY deploy/docker/start.sh ./start.sh
USER 10001:10001
EXPOSE 8080 9464
CMD ["sh", "/app/start.sh"]
