# The bot, and nothing else: no sandbox, no compiler, no development packages. docs/operations.md says how to run it.
#
# Node 26 ("Lithium") is the current LTS line, kept up until April 2029 (nodejs/Release); the patch is pinned, so that an image that
# is built again is the same. Debian slim and not Alpine: Node's own builds are made for glibc.

FROM node:26.13.0-bookworm-slim AS build
WORKDIR /app
# Before the sources, so that a change there does not install everything anew. No package needs its install script (package.json, allowScripts).
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.mjs ./scripts/
COPY src ./src/
RUN node scripts/build.mjs && rm -rf dist/sandbox

FROM node:26.13.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are the sandbox's PostgreSQL.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY --from=build /app/dist ./dist/
# Uid 1000 of the base image. Files belong to root: the bot writes nowhere, and the container may be read-only.
USER node
EXPOSE 3000
# Whether the process lives; whether it should be sent traffic is /readyz, for whoever sends it.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM is answered in order within 25 seconds; give it 30.
STOPSIGNAL SIGTERM
CMD ["node", "dist/main.js"]
