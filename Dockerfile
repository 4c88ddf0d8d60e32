# A peer, from the lock file. `npm run image` builds it, also where no registry of images answers; `docker build .` where
# one does. BASE is any image of Debian with Node 24 and npm below /usr/local; docs/docker.md says how to make one.
ARG BASE=node:24-bookworm-slim

# What a peer runs with, and the compiler that node-pty needs: it has no ready-made binary for Linux. Node is the base's, and
# node-pty's binaries for other systems stay out.
FROM ${BASE} AS production
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
# Headers are the base's own: nothing but packages is downloaded. An authority that the base trusts, npm trusts as well.
ENV npm_config_nodedir=/usr/local NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
WORKDIR /skein
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional \
 && rm -rf node_modules/node-pty/prebuilds node_modules/node-pty/third_party node_modules/node-pty/deps

# What is built with, from the same lock file.
FROM production AS dependencies
RUN npm install --no-save --include=dev --include=optional

# The pages.
FROM dependencies AS pages
COPY tsconfig.json ./
COPY protocol ./protocol
COPY web ./web
RUN npm run build:web

# What goes into every space; the Node that it was stripped from stays behind.
FROM dependencies AS agent
COPY tsconfig.json ./
COPY scripts ./scripts
COPY protocol ./protocol
COPY link ./link
COPY ssh ./ssh
COPY agent ./agent
RUN npm run build:agent && rm -f dist/node-*

# The server in few files, and the program for laptops.
FROM dependencies AS programs
COPY tsconfig.json ./
COPY scripts ./scripts
COPY protocol ./protocol
COPY link ./link
COPY ssh ./ssh
COPY agent ./agent
COPY cli ./cli
COPY server ./server
RUN npm run build:cli && npm run build:program

FROM ${BASE}
LABEL org.opencontainers.image.title="Skein" \
      org.opencontainers.image.licenses="Apache-2.0"
# A number of its own: nobody on the host is called so by accident.
RUN groupadd --gid 7534 skein \
 && useradd --uid 7534 --gid skein --home-dir /var/lib/skein --no-create-home --shell /usr/sbin/nologin skein \
 && install -d -o skein -g skein -m 0700 /var/lib/skein /var/lib/skein-join \
 && install -d -o skein -g skein -m 0755 /var/lib/skein-links
WORKDIR /skein
COPY --from=production /skein/node_modules ./node_modules
# What Node has compiled is kept here; in an image nobody else shares it.
RUN install -d -o skein -g skein node_modules/.cache/skein
# What is large and seldom changes first: a changed server is then a few small layers.
COPY --from=agent /skein/dist/agent ./dist/agent
COPY --from=pages /skein/dist/web ./dist/web
COPY --from=programs /skein/dist/cli ./dist/cli
COPY --from=programs /skein/dist/program ./dist/program
COPY package.json LICENSE ./
COPY migrations ./migrations
COPY protocol ./protocol
COPY link ./link
COPY ssh ./ssh
COPY agent ./agent
COPY server ./server
COPY cli ./cli
COPY scripts/ready.js ./scripts/
RUN ln -s /skein/cli/bin.js /usr/local/bin/skein
USER skein
ENV NODE_ENV=production SKEIN_DATA=/var/lib/skein
VOLUME /var/lib/skein
EXPOSE 7534 2222
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "/skein/scripts/ready.js"]
ENTRYPOINT ["node", "/skein/cli/bin.js"]
CMD ["server"]
