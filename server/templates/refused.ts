// Words of Compose that a template may not use, each with its reason: some would read the peer's own files, some
// hand a space the host, some are Skein's to decide. Everything else that is not allowed is simply not known.

const OWN_FILES = 'It would read files of the server, not of the space.'
const HOST = 'It would reach into the host or weaken the walls between spaces.'
const OURS = 'Skein decides this for every space.'

export const refusedServiceKeys: Readonly<Record<string, string>> = {
  build: `${OWN_FILES} Build the image elsewhere and name it under \`image\`.`,
  env_file: `${OWN_FILES} Write the variables under \`environment\`.`,
  extends: OWN_FILES,
  configs: OWN_FILES,
  secrets: `${OWN_FILES} Use a parameter of type \`secret\`.`,
  credential_spec: OWN_FILES,
  label_file: OWN_FILES,
  develop: OWN_FILES,
  privileged: HOST,
  devices: HOST,
  device_cgroup_rules: HOST,
  gpus: `${HOST} Graphics cards come with a later version.`,
  cap_add: HOST,
  cap_drop: HOST,
  security_opt: HOST,
  network_mode: `${HOST} Every space has a network of its own.`,
  pid: HOST,
  ipc: HOST,
  uts: HOST,
  userns_mode: HOST,
  cgroup: HOST,
  cgroup_parent: HOST,
  sysctls: HOST,
  ulimits: HOST,
  volumes_from: HOST,
  group_add: HOST,
  runtime: HOST,
  isolation: HOST,
  use_api_socket: HOST,
  container_name: `${OURS} Containers are named by the space’s id.`,
  restart: `${OURS} A side container that fails is started again; the main one is yours to start.`,
  logging: OURS,
  networks: `${OURS} The services of a space reach each other by name.`,
  network: OURS,
  links: `${OURS} The services of a space reach each other by name.`,
  dns: OURS,
  mac_address: OURS,
  platform: `${OURS} It is the host’s.`,
  pull_policy: `${OURS} An image is pulled when the host has none.`,
  ports:
    'Nothing is published on the host: every port that listens is found by itself, and `apps` gives it a name.',
  expose: 'Every port that listens is found by itself, and `apps` gives it a name.',
  profiles: 'Every service of a template is started.',
  scale: 'A space has one container for each service.',
  oom_score_adj: OURS,
  oom_kill_disable: HOST,
  mem_swappiness: OURS,
  memswap_limit: 'A space has no swap beyond its memory.',
}

export const refusedHeadKeys: Readonly<Record<string, string>> = {
  version: 'Compose does not read it any more either.',
  networks: 'Every space has one network of its own; its services reach each other by name.',
  configs: OWN_FILES,
  secrets: `${OWN_FILES} Use a parameter of type \`secret\`.`,
  include: OWN_FILES,
  parameter: 'The list is called `parameters`.',
}
