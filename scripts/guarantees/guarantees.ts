/** A link to a test file, whose text is the title of a test in it. */
export interface TestLink {
  readonly title: string;
  /** Relative to the document. */
  readonly file: string;
}

/** Links in Markdown, also those in comments. */
export function testLinks(markdown: string): readonly TestLink[] {
  const links = markdown.matchAll(/\[((?:\\.|[^\]\\])+)\]\(([^)\s]+\.test\.ts)\)/g);
  return [...links].map(([, title = '', file = '']) => ({
    title: title.replaceAll(/\\(.)/g, '$1').replaceAll(/\s+/g, ' '),
    file,
  }));
}

/** A piece of a document that needs a test. */
export interface Guarantee {
  readonly text: string;
  readonly links: readonly TestLink[];
}

/** Words of a promise. */
const PROMISE =
  /\b(?:always|every|each|never|no|not|nothing|only|cannot|rejected|refused|rejects|refuses|stays?|ends?|waits)\b/i;

/** The paragraphs and list items of a section that promise something. */
export function guaranteesIn(markdown: string, section: string): readonly Guarantee[] {
  return blocksOf(sectionOf(markdown, section)).filter(({ text }) => PROMISE.test(text));
}

/** The numbered items of a document. */
export function rulesIn(markdown: string): readonly (Guarantee & { readonly number: number })[] {
  return markdown
    .split(/^(?=#|\d+\. )/m)
    .filter((text) => /^\d+\. /.test(text))
    .map((text) => ({ text, links: testLinks(text), number: Number.parseInt(text, 10) }));
}

/** From its heading to the next one; '' is the text before the first section. */
function sectionOf(markdown: string, heading: string): string {
  const sections = withoutCode(markdown).split(/^(?=## )/m);
  if (heading === '') return sections[0] ?? '';
  const found = sections.find((section) => section.startsWith(`## ${heading}\n`));
  if (found === undefined) throw new TypeError(`expected a section "${heading}"`);
  return found;
}

/** Paragraphs and list items, each with what is indented and the comment after it, without headings and tables. */
function blocksOf(section: string): readonly Guarantee[] {
  return section
    .replaceAll(/\n\n+<!--/g, '\n<!--')
    .split(/\n\n+(?!\n| {2})|\n(?=- )/)
    .map((block) => block.trim())
    .filter((block) => block !== '' && !/^[#|]/.test(block))
    .map((block) => ({ text: block, links: testLinks(block) }));
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^( *)```[^\n]*\n[\s\S]*?^\1```$/gm, '');
}
