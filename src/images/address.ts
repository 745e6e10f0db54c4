/** Which addresses a picture may be fetched from, and which may be asked with a key. Pure. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Public by its range, yet the metadata and key service of every Azure machine. */
const AZURE_WIRE_SERVER = '168.63.129.16';

/**
 * Whether an IP address (text form, IPv4 or IPv6) belongs to the public internet: no private, loopback, link-local,
 * carrier-grade NAT, multicast, documentation, tunnel or otherwise reserved range, and no cloud metadata service. IPv4
 * inside IPv6 (mapped, and NAT64 as IPv6-only networks use it) is judged by the IPv4 address. False for anything else.
 */
export function isPublicAddress(ip: string): boolean {
  if (isIP(ip) === 0) return false; // ipaddr.js alone takes `1.2.3` for an address
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv6' && address.match(ipaddr.parseCIDR('64:ff9b::/96'))) {
    return isPublicAddress(address.toByteArray().slice(12).join('.'));
  }
  return address.range() === 'unicast' && address.toString() !== AZURE_WIRE_SERVER;
}

/** True for an address that may be asked with a key: https, or http on this machine or its network. */
export function isSafeWithKey({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isOwnHost(hostname.replace(/^\[|\]$/g, ''));
}

/** What is said of one that may not. */
export function unsafeWords({ hostname }: URL): string {
  return `${hostname} is not on this machine or its network, so that it needs https: a key would go there in the clear`;
}

/** A private or loopback address, or a name that only a network of one's own knows. */
function isOwnHost(host: string): boolean {
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return !host.includes('.') || /\.(?:local|localhost|lan|internal|intranet|home|home\.arpa)$/i.test(host);
}
