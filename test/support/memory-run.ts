/** One run of pages, an unreliable link, a whole bridge and its targets, in virtual time, to the end of all of them. */
import { createChoice } from '../../client/core/choice.ts';
import type { Receiver } from '../../client/core/types.ts';
import { bytesEdge, type Edge, stringEdge } from '../../client/transport/edge.ts';
import { createShared } from '../../client/transport/shared.ts';
import { NetwineError } from '../../server/core/errors.ts';
import { Link } from './link.ts';
import { MemoryBridge } from './memory-bridge.ts';
import { clockOf, wandering } from './memory-choice.ts';
import { type Page, Program } from './memory-page.ts';
import { memoryPair, Random, type Side, Turns } from './memory-pair.ts';
import type { Fate, Plan } from './memory-plan.ts';
import { memoryReceivers } from './memory-receivers.ts';
import { memorySender, type Net } from './memory-sender.ts';
import { MOST_PIECE, runTarget } from './model-target.ts';
import { takeTime } from './virtual-time.ts';

/** What a control run changes about the parameters of requests. */
export type Tamper = (parameters: string) => string;

const MOST_TURNS = 300_000;

/** What one target saw. */
export interface Target {
  far: Side;
  seen: ReturnType<typeof runTarget>;
}

/** One session at its end: the program of the last page, and that of a second page if there was one. */
export interface Ended {
  fate: Fate;
  down: Buffer;
  up: Buffer;
  targets: Target[];
  programs: Program[];
}

export interface Outcome {
  sessions: Ended[];
  /** How many connects there were, not counting repeats. */
  nonces: number;
  /** The ways that were used. */
  names: Set<string>;
}

class Run<C> {
  readonly #plan: Plan;
  readonly #edge: Edge<C>;
  readonly #turns: Turns;
  readonly #random: Random;
  readonly #net: Net<C>;
  readonly #sessions: Ended[];
  readonly #programs: Program<C>[] = [];
  readonly #names = new Set<string>();
  #second: Program<C> | null = null;
  #nonces = 0;

  constructor(plan: Plan, edge: Edge<C>, { turns, tamper }: { turns: Turns; tamper: Tamper | undefined }) {
    this.#plan = plan;
    this.#turns = turns;
    this.#edge = edge;
    const random = new Random(plan.seed);
    this.#random = random;
    const link = new Link(turns, random, { rate: plan.rate, most: plan.faults, delay: plan.delay });
    const { windowBytes, upWindowBytes, codings } = plan;
    const dial = (host: string): Promise<Side> => this.#dial(Number(host.slice(1)));
    const bridge = new MemoryBridge({ link, windowBytes, upWindowBytes, dial, tamper });
    this.#net = { edge, bridge, turns, random, codings };
    this.#sessions = plan.sessions.map(({ fate, downBytes, upBytes }) => ({
      fate,
      down: random.bytes(downBytes),
      up: random.bytes(upBytes),
      targets: [],
      programs: [],
    }));
  }

  async run(): Promise<Outcome> {
    const { second } = this.#plan;
    const page = this.#page();
    for (const [index, { up }] of this.#sessions.entries()) {
      this.#programs.push(new Program(page, { host: `h${index}`, up }));
      this.#interrupt(index);
    }
    this.#reload(0);
    if (second > 0) this.#turns.in(second, () => this.#openSecond());
    await this.#turns.run(() => this.#isOver(), MOST_TURNS);
    await this.#turns.run(() => this.#isClean(), MOST_TURNS);
    for (const [index, session] of this.#sessions.entries()) session.programs.push(this.#programs[index] as Program);
    if (this.#second) this.#sessions[0]?.programs.push(this.#second as Program);
    return { sessions: this.#sessions, nonces: this.#nonces, names: this.#names };
  }

  #page(): Page<C> {
    const { ways, shared, wander, pauses, reloads, second, windowBytes } = this.#plan;
    const receivers = memoryReceivers(this.#net).filter(({ name }) => ways.includes(name));
    const all = shared ? receivers.map((receiver) => createShared(receiver)) : receivers;
    for (const receiver of all) this.#note(receiver);
    const clock = clockOf(this.#turns, this.#random);
    const forgetful = { load: () => '', save: () => {} };
    return {
      edge: this.#edge,
      turns: this.#turns,
      random: this.#random,
      clock,
      choice: wander === null ? createChoice(all, clock, forgetful) : wandering(all, this.#random, wander),
      sender: memorySender(this.#net),
      readers: shared ? { last: 0 } : null,
      pauses,
      windowBytes,
      keeps: reloads.length > 0 || second > 0,
      makeNonce: () => {
        this.#nonces += 1;
        return `nonce-${`${this.#nonces}`.padStart(20, '0')}`;
      },
    };
  }

  #note(receiver: Receiver<C>): void {
    const { receive } = receiver;
    receiver.receive = (ask, on) => {
      this.#names.add(receiver.name);
      return receive(ask, on);
    };
  }

  /** Each page of a reload begins where the one before kept its sessions. */
  #reload(count: number): void {
    const turns = this.#plan.reloads[count];
    if (turns === undefined) return;
    this.#turns.in(Math.abs(turns), () => {
      const page = this.#page();
      for (const [index, program] of this.#programs.entries()) {
        if (turns >= 0) program.save();
        const { mark } = program;
        if (!mark || program.final) continue;
        program.go();
        const before = { ...mark, bytes: program.told };
        this.#programs[index] = new Program(page, { host: `h${index}`, up: this.#upOf(index), before });
      }
      this.#reload(count + 1);
    });
  }

  #upOf(index: number): Buffer {
    return (this.#sessions[index] as Ended).up;
  }

  #openSecond(): void {
    const [first] = this.#programs;
    if (!first?.mark || first.final) return;
    const before = { ...first.mark, bytes: first.told };
    this.#second = new Program(this.#page(), { host: 'h0', up: this.#upOf(0), before });
  }

  #interrupt(index: number): void {
    const fate = this.#sessions[index]?.fate;
    if (fate !== 'close' && fate !== 'leave') return;
    this.#turns.in(this.#random.below(200), () => this.#programs[index]?.[fate]());
  }

  async #dial(index: number): Promise<Side> {
    const { fate, down, up, targets } = this.#sessions[index] as Ended;
    await new Promise<void>((resolve) => {
      this.#turns.in(this.#random.below(20), resolve);
    });
    if (fate === 'refused') throw new NetwineError('REFUSED');
    const dropAfter = fate === 'reset' ? 1 + this.#random.below(down.length + up.length + 1) : Infinity;
    const { near, far } = memoryPair({ seed: this.#plan.seed + index, schedule: this.#turns, dropAfter });
    targets.push({ far, seen: runTarget(far, { down, turns: this.#turns, idle: this.#plan.idle }) });
    return near;
  }

  /** Whether every program knows how it ended. @throws Error where too much is kept */
  #isOver(): boolean {
    const { internal, bridge } = this.#net.bridge;
    if (internal.length > 0) throw internal[0];
    for (const { window, up } of bridge.router.sessions.all()) {
      if (window.size > window.capacity + MOST_PIECE) throw new Error(`the down window keeps ${window.size} bytes`);
      if (up.room < 0 || up.next - up.handed > up.capacity) throw new Error('the up window keeps too much');
    }
    const all = this.#second ? [...this.#programs, this.#second] : this.#programs;
    return all.every(({ final }) => final !== null);
  }

  /** Whether the bridge has forgotten all, and no target is left. */
  #isClean(): boolean {
    const { answers, router } = this.#net.bridge.bridge;
    const targets = this.#sessions.flatMap((session) => session.targets);
    return (
      answers.size + router.targets + router.sessions.size === 0 &&
      targets.every(({ far, seen }) => seen.ended || far.destroyed)
    );
  }
}

/** Runs a plan to its end. @throws Error where something waits for ever or too much is kept */
export const runPlan = async (plan: Plan, tamper?: Tamper): Promise<Outcome> => {
  const typed = plan.chunks === 'bytes' ? bytesEdge() : null;
  const turns = new Turns();
  const giveBack = takeTime(turns);
  try {
    return await (typed ? new Run(plan, typed, { turns, tamper }) : new Run(plan, stringEdge, { turns, tamper })).run();
  } finally {
    giveBack();
  }
};
