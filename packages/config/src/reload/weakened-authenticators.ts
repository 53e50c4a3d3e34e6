import { cacheAge, isCutOff, undeclared } from '../adapter/comparisons.ts';
import type { Comparison } from '../adapter/strictness.ts';
import type { Participant, Participants } from '../assemble/described-authenticator.ts';
import type { Problem } from '../source/problem.ts';

/**
 * Where authenticators of the new config accept what the same ones of the running config reject. One for
 * another issuer is an addition, and one that is gone accepts nothing.
 */
export function weakenedAuthenticators(
  before: Participants,
  after: Participants,
): readonly Problem[] {
  return [
    ...after.root.flatMap((now) => {
      const groups = groupsOf(now, before.root);
      const weaker = groups.flatMap((group) => leastWeakened(group, now));
      const added = groups.length === 0 ? cutOffName(now, before.root) : [];
      return [...weaker, ...added, ...otherIssuers(now, before.root)];
    }),
    // Rules treat confirmations of one name as equal, so here the name decides.
    ...after.confirmations.flatMap((now) => {
      const ofName = before.confirmations.filter(({ name }) => name === now.name);
      const groups = ofName.length > 0 ? [ofName] : groupsOf(now, before.confirmations);
      return groups.flatMap((group) => leastWeakened(group, now, compareUse));
    }),
  ];
}

/** For each issuer, its running authenticators; without one, those of the same name and kind. */
function groupsOf(
  now: Participant,
  running: readonly Participant[],
): readonly (readonly Participant[])[] {
  const comparable = running.filter(
    (old) =>
      isComposition(old) === isComposition(now) && (!isComposition(now) || isSameUse(old, now)),
  );
  const ofIssuers = issuersToCompare(now, running)
    .map((issuer) => comparable.filter((old) => acceptsIssuer(old, issuer)))
    .filter((group) => group.length > 0);
  if (ofIssuers.length > 0) return ofIssuers;
  const ofName = comparable.filter(
    (old) =>
      isSameUse(old, now) &&
      old.name === now.name &&
      ((old.isNamed && now.isNamed) || old.issuers.length === 0 || now.issuers.length === 0),
  );
  return ofName.length > 0 ? [ofName] : [];
}

/** Those of an authenticator of any tenant are not known: an example, and what the running ones accept of them. */
function issuersToCompare(now: Participant, running: readonly Participant[]): readonly string[] {
  const { issuers, perIssuer } = now;
  if (perIssuer === undefined || issuers.length > 0) return issuers;
  const known = running.flatMap((old) => old.issuers);
  return [perIssuer.example, ...known.filter((issuer) => perIssuer.includes(issuer))];
}

function acceptsIssuer({ issuers, perIssuer }: Participant, issuer: string): boolean {
  return issuers.includes(issuer) || perIssuer?.includes(issuer) === true;
}

type Compare = (old: Participant, now: Participant) => readonly Problem[];

/** Nothing where it is as strict as one of them. */
function leastWeakened(
  group: readonly Participant[],
  now: Participant,
  more: Compare = () => [],
): readonly Problem[] {
  const found = group.map((old) => [...compare(old, now), ...more(old, now)]);
  return found.reduce((least, each) => (each.length < least.length ? each : least));
}

function compare(old: Participant, now: Participant): readonly Problem[] {
  const options = { before: old.options, after: now.options };
  const names = new Set([...Object.keys(old.options), ...Object.keys(now.options)]);
  const weaker = [...names].flatMap((name) => {
    const text = comparisonOf(name, old, now)(old.options[name], now.options[name], options);
    return text === undefined ? [] : [{ path: [...now.path, name], text }];
  });
  const outside = old.within.filter((use) => !now.within.includes(use));
  return [
    ...weaker,
    ...outside.map((use) => ({
      path: now.path,
      text: `it is not inside of "${use}" any more, as in the running config`,
    })),
    ...(old.issuers.length > 0 && now.issuers.length === 0
      ? [{ path: now.path, text: 'it has no issuer; expected one, as in the running config' }]
      : []),
  ];
}

function comparisonOf(name: string, ...both: readonly Participant[]): Comparison<unknown> {
  for (const { adapter } of both) {
    const declared: Readonly<Record<string, Comparison<never>>> = adapter.strictness ?? {};
    if (Object.hasOwn(declared, name)) return declared[name] as Comparison<unknown>;
  }
  return name === 'cache' ? (cacheAge as Comparison<never> as Comparison<unknown>) : undeclared;
}

/** An issuer that one of the running authenticators gains, or that is left of one when the file is cut off. */
function otherIssuers(now: Participant, running: readonly Participant[]): readonly Problem[] {
  // The composition compares the tenants, and no tenant's keys sign for another.
  if (isComposition(now) || now.perIssuer !== undefined) return [];
  const known = new Set(running.flatMap(({ issuers }) => issuers));
  const others = now.issuers.filter((issuer) => !running.some((old) => acceptsIssuer(old, issuer)));
  const isKnown = others.length < now.issuers.length;
  const isCut = others.some((other) => [...known].some((issuer) => isCutOff(issuer, other)));
  const path = [...now.path, 'issuer'];
  if (isCut) return [{ path, text: 'it is an issuer of the running config with its end cut off' }];
  if (!isKnown || others.length === 0) return [];
  return [{ path, text: 'it accepts an issuer that the running config does not accept here' }];
}

/** A reference that is cut off may name another authenticator, which nothing used. */
function cutOffName(now: Participant, running: readonly Participant[]): readonly Problem[] {
  const isCut = running.some((old) => old.isNamed && now.isNamed && isCutOff(old.name, now.name));
  const text = 'it has the name of a running authenticator with its end cut off';
  return isCut ? [{ path: now.path, text }] : [];
}

function compareUse(old: Participant, now: Participant): readonly Problem[] {
  if (isSameUse(old, now)) return [];
  const text = `expected "${old.adapter.name}", as in the running config, received "${now.adapter.name}"`;
  return [{ path: [...now.path, 'use'], text }];
}

function isSameUse(one: Participant, other: Participant): boolean {
  return one.adapter.name === other.adapter.name;
}

function isComposition({ children }: Participant): boolean {
  return children.length > 0;
}
