/** The library: a bridge for anybody's Fastify application. */
export {
  type Bridge,
  type BridgeOptions,
  HostsError,
  type NetwineOptions,
  netwine,
  websocketOptions,
} from './app.ts';
export { type FailureCode, failures, NetwineError } from './core/errors.ts';
export type { Client, Connect, Framing, Permit, PermitOptions, Policy, Target, TargetType } from './core/target.ts';
export { formatTarget, parseTarget } from './core/target-url.ts';
export { type Hosts, loadHosts, parseHosts } from './policy/load.ts';
export { createPolicy, type PolicyOptions } from './policy/policy.ts';
