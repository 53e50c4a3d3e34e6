/** A word that readers stumble over, and what to write. Each row of CONTRIBUTING's table is one of these. */
export interface OddWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

export const ODD_WORDS: readonly OddWord[] = [
  odd('unless said|if left out', 'default X, by default'),
  odd('came [^.;:\\n]{0,60}; wanted|; wanted', 'expected X, received Y'),
  odd('whence', 'the source of'),
  odd('who(?:so)?ever', 'the caller, the user'),
  odd('hence|thereof|whereof|thereby|lest', 'a plain sentence'),
  odd('anew', 'again'),
  odd('so long(?! as)', 'as long as, for this time'),
  odd('as dear|dear|dearer|dearest', 'expensive, costs more'),
  odd('spares?|spared', 'saves, skips'),
  odd('mends?|mended|mending', 'fixes, fixed'),
  odd('stands? (?:in|on|for|beside|above|below|alone|there|still)', 'is, is in, represents'),
  odd('g[ia]ves? back|given back', 'returns'),
  odd('hand(?:s|ed)? on', 'passes on'),
  odd('told|tells? of', 'reported, notified, distinguished by'),
  odd('vouch(?:es|ed)?', 'authenticate, authenticated by'),
  odd('second opinions?', 'confirmation, re-verification'),
  odd('strangers?', 'third-party, user-defined, an unknown caller'),
  odd('doors?', 'entry point'),
  odd('laws?', 'check, contract check'),
  odd('turn(?:s|ed)? away|lets? (?:in|through)', 'reject, allow'),
  odd('the house', 'the packages'),
  odd('coats?', 'adapter, binding'),
  odd('keeps? (?:a|the|its|no) verdicts?|verdicts? (?:is|are) kept', 'cache, stored, cached'),
  odd('none but|nothing but|but for', 'only, except'),
  odd('(?:call|stream) (?:is|was) over|who ha(?:s|ve) left', 'ended, disconnected'),
];

function odd(words: string, instead: string): OddWord {
  return { pattern: new RegExp(`(?<![\\w-])(?:${words})(?!\\w)`, 'gi'), instead };
}
