/** Find the config file that names the wrong port. */
import type { Chore, Family } from "../chore.ts";
import type { Random } from "../random.ts";

const FILES = ["app.ini", "nginx.conf", "compose.yaml"] as const;

export const ports: Family = (random) => [
  mismatch(random("ports-shop"), {
    name: "ports-shop",
    heldOut: false,
    instruction:
      "The shop in deploy/shop/ answers 502 behind its proxy. One of app.ini, nginx.conf and compose.yaml has the wrong " +
      "port. Write one line to fault.txt that says which, like `FILE: WRONG should be RIGHT` with the two ports.",
    folder: "deploy/shop",
    out: "fault.txt",
    culprit: "nginx.conf",
    service: "shop",
  }),
  mismatch(random("ports-wiki"), {
    name: "ports-wiki",
    heldOut: false,
    instruction:
      "Since yesterday the wiki fails its health check and is restarted all the time. Its config files are in wiki/: app, " +
      "nginx and compose do not agree on the port, two of them are right. Note the odd one in finding.txt as " +
      "`FILE: WRONG should be RIGHT`.",
    folder: "wiki",
    out: "finding.txt",
    culprit: "compose.yaml",
    service: "wiki",
  }),
  mismatch(random("ports-billing"), {
    name: "ports-billing",
    heldOut: true,
    instruction:
      "After the move nobody reaches the billing service any more: proxy and health check call a port where nothing " +
      "listens, or so it seems. Compare the configuration in srv/billing/current/ and tell me in diagnosis.txt which of the " +
      "three files is off, in the form `FILE: WRONG should be RIGHT`.",
    folder: "srv/billing/current",
    out: "diagnosis.txt",
    culprit: "app.ini",
    service: "billing",
  }),
];

interface Mismatch {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly folder: string;
  readonly out: string;
  readonly culprit: (typeof FILES)[number];
  readonly service: string;
}

function mismatch(
  random: Random,
  { name, heldOut, instruction, folder, out, culprit, service }: Mismatch,
): Chore {
  const right = random.int(3_000, 8_900);
  const wrong = right + random.pick([-1, 1, 10, 100]);
  const port = (file: string): number => (file === culprit ? wrong : right);
  const database = random.int(20_000, 29_000);
  return {
    name,
    heldOut,
    instruction,
    workspace: {
      [`${folder}/app.ini`]: appIni(service, port("app.ini"), database),
      [`${folder}/nginx.conf`]: nginxConf(service, port("nginx.conf")),
      [`${folder}/compose.yaml`]: composeYaml(service, port("compose.yaml"), database),
      "README.md": `Everything that runs the ${service}.\n`,
    },
    truth: { "fault.txt": `${culprit}: ${wrong} should be ${right}\n` },
    checks: [{ file: out, equals: "fault.txt" }],
  };
}

function appIni(service: string, port: number, database: number): string {
  return `; settings of the ${service}
[server]
listen_host = 0.0.0.0
listen_port = ${port}
workers = 4
request_timeout = 30

[database]
host = db.internal
port = ${database}
pool = 12

[log]
level = info
file = /var/log/${service}.log
`;
}

function nginxConf(service: string, port: number): string {
  return `worker_processes auto;

events {
  worker_connections 1024;
}

http {
  sendfile on;
  keepalive_timeout 65;

  server {
    listen 80;
    server_name ${service}.example.org;
    client_max_body_size 20m;

    location /static/ {
      root /srv/${service};
      expires 7d;
    }

    location / {
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_pass http://${service}:${port};
      proxy_read_timeout 60s;
    }
  }
}
`;
}

function composeYaml(service: string, port: number, database: number): string {
  return `services:
  ${service}:
    image: registry.example.org/${service}:stable
    restart: unless-stopped
    depends_on: [db]
    healthcheck:
      test: ["CMD", "wget", "-qO-", "http://localhost:${port}/health"]
      interval: 10s
      retries: 3
  db:
    image: postgres:18
    command: ["-p", "${database}"]
    volumes: ["data:/var/lib/postgresql/data"]
  proxy:
    image: nginx:stable
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
volumes:
  data: {}
`;
}
