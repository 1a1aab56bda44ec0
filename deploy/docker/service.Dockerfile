# One recipe for the six services and the sandbox bank:
#   docker build -f deploy/docker/service.Dockerfile --build-arg SERVICE=consent -t opl/consent .
# An image holds one service, the libraries it names and their packages; sources run as they are. node_modules keeps its links to
# the libraries, because Node strips types only outside node_modules.
FROM docker.io/library/node:26-bookworm-slim AS manifests
WORKDIR /manifests
COPY . .
# What decides which packages are installed, and nothing else: so that a change of code keeps the layer with the packages.
RUN find . -type f ! -name package.json ! -path ./package-lock.json ! -path ./.npmrc -delete && find . -type d -empty -delete

FROM docker.io/library/node:26-bookworm-slim AS packages
ARG SERVICE
WORKDIR /app
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm \
    folder="services/$SERVICE"; [ -d "$folder" ] || folder="$SERVICE"; \
    npm ci --workspace "$folder" --omit=dev --include-workspace-root=false --no-audit --no-fund --ignore-scripts

# The client is built by the recipe of bff alone; the other images skip it.
FROM docker.io/library/node:26-bookworm-slim AS web
ARG SERVICE
WORKDIR /app
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm \
    [ "$SERVICE" != bff ] || npm ci --workspace web --include-workspace-root=false --no-audit --no-fund --ignore-scripts
COPY libs ./libs
COPY web ./web
RUN mkdir -p web/dist && { [ "$SERVICE" != bff ] || npm run build --workspace web; }

# /out: what the service needs, readable by any user whatever the rights in the checkout were.
FROM packages AS chosen
COPY . /source
COPY --from=web /app/web/dist /source/web/dist
RUN mkdir -p /out/services /out/tools && cp -R node_modules package.json /out/ \
    && folder="services/$SERVICE"; [ -d "$folder" ] || folder="$SERVICE"; \
    cp -R "/source/$folder" "/out/services/$SERVICE" \
    && for library in node_modules/@opl/*; do \
         library="$(readlink -f "$library")"; library="${library#/app/}"; \
         case "$library" in libs/*) mkdir -p /out/libs && cp -R "/source/$library" /out/libs/ ;; esac; \
       done \
    && if [ "$SERVICE" != sandbox ]; then cp -R /source/tools/package.json /source/tools/migrate /source/tools/setup /out/tools/; fi \
    && if [ "$SERVICE" = bff ]; then mkdir -p /out/web && cp -R /source/web/dist /out/web/; fi \
    && chmod -R a+rX /out

FROM docker.io/library/node:26-bookworm-slim
ARG SERVICE
ENV NODE_ENV=production
COPY --from=chosen /out /app
WORKDIR /app/services/${SERVICE}
USER 10001:10001
EXPOSE 8080 9464
CMD ["node", "--import", "@opl/telemetry/register", "src/main.ts"]
