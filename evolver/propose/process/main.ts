/** The proposers' process: started in the sandbox, answers on fd 3 until the other side closes it. */
import { Socket } from "node:net";
import { serveProposers } from "./serve.ts";

await serveProposers(new Socket({ fd: 3, readable: true, writable: true }));
