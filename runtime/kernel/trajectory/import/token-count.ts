/** Tokens as formats count them. */
import { z } from "zod";

/** No run has more, and sums over runs stay exact. */
const MOST = 1e12;

export const TokenCount = z.int().nonnegative().max(MOST);
