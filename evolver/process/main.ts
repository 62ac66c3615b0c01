/** The process for proposers, or for static checks: started in the sandbox, answers on fd 3 until the other side closes it. */
import { Socket } from "node:net";
import { serveQuestions } from "./serve.ts";

await serveQuestions(new Socket({ fd: 3, readable: true, writable: true }));
