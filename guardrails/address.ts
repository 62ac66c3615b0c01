/** Which network addresses are somebody's own: loopback, private, link-local, and all that is not plain unicast. */
import { BlockList, isIP } from "node:net";

/** Whether an address belongs to the public internet. Anything that is not an address does not. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  const family = isIP(bare);
  if (family === 4) return !blocked().check(bare, "ipv4");
  // Only 2000::/3 is given out; inside of it the tunnels to IPv4 addresses are blocked below.
  return family === 6 && /^[23][0-9a-f]{3}:/i.test(bare) && !blocked().check(bare, "ipv6");
}

let list: BlockList | undefined;

function blocked(): BlockList {
  if (list !== undefined) return list;
  list = new BlockList();
  for (const [net, bits] of V4) list.addSubnet(net, bits, "ipv4");
  for (const [net, bits] of V6) list.addSubnet(net, bits, "ipv6");
  return list;
}

const V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
const V6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];
