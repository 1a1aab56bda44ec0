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
    npm ci --workspace "$folder" --omit=dev --omit=optional --include-workspace-root=false --no-audit --no-fund --ignore-scripts

# The client is built by the recipe of bff alone; the other images skip it.
FROM docker.io/library/node:26-bookworm-slim AS web
ARG SERVICE
WORKDIR /app
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm \
    [ "$SERVICE" != bff ] || npm ci --workspace web --include-workspace-root=false --no-audit --no-fund --ignore-scripts
COPY tsconfig.json ./
COPY libs ./libs
COPY web ./web
RUN mkdir -p web/dist && { [ "$SERVICE" != bff ] || npm run build --workspace web; }

# /out: what the service needs and nothing that only compilers and editors read; open to any user whatever the rights in the checkout.
# Packages that npm put into a folder of ours rather than at the top are in /app; the sources go on top of them.
FROM packages AS chosen
ARG SERVICE
COPY . /source
COPY --from=web /app/web/dist /source/web/dist
RUN take() { mkdir -p "$2" && cp -R "/app/$1/." "/source/$1/." "$2/"; } \
    && mkdir /out && cp -R node_modules package.json /out/ \
    && folder="services/$SERVICE" && { [ -d "$folder" ] || folder="$SERVICE"; } \
    && take "$folder" "/out/services/$SERVICE" \
    && for library in $(readlink -f node_modules/@opl/*); do \
         case "$library" in /app/libs/*) take "${library#/app/}" "/out/${library#/app/}" ;; esac; \
       done \
    && if [ "$SERVICE" != sandbox ]; then mkdir /out/tools && cp -R /source/tools/package.json /source/tools/migrate /source/tools/setup /out/tools/; fi \
    && if [ "$SERVICE" = bff ]; then mkdir /out/web && cp -R /source/web/dist /out/web/; fi \
    && find /out -path '*/node_modules/*' -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
    && chmod -R a+rX /out

FROM docker.io/library/node:26-bookworm-slim
ARG SERVICE
ENV NODE_ENV=production
COPY --from=chosen /out /app
WORKDIR /app/services/${SERVICE}
USER 10001:10001
EXPOSE 8080 9464
CMD ["node", "--import", "@opl/telemetry/register", "src/main.ts"]
