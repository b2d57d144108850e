/** Reads XML as strictly as a report needs: whatever is not well-formed throws. */

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ALLOWED = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

function textOf(text: string): string {
  if (text.includes('<')) throw new Error(`a bare < in ${text}`);
  return text.replace(/&([^;&\s]*);|&/g, (whole, name: string | undefined) => {
    const character = NAMED[name ?? ''];
    if (character === undefined) throw new Error(`a bare & or an unknown entity: ${whole}`);
    return character;
  });
}

export function parseXml(xml: string): XmlElement {
  if (!ALLOWED.test(xml)) throw new Error('a character that XML does not have');
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  if (body === xml) throw new Error('no declaration');
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  let end = 0;
  for (const tag of body.matchAll(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [whole, closing, name = '', attributes = '', empty] = tag;
    const parent = open.at(-1) as XmlElement;
    parent.text += textOf(body.slice(end, tag.index));
    end = tag.index + whole.length;
    if (closing === '/') {
      if (open.pop()?.name !== name || open.length === 0) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const element: XmlElement = { name, attributes: {}, children: [], text: '' };
    for (const [, key = '', value = ''] of attributes.matchAll(/([\w-]+)="([^"]*)"/g)) {
      if (key in element.attributes) throw new Error(`the attribute ${key} twice`);
      element.attributes[key] = textOf(value);
    }
    parent.children.push(element);
    if (empty !== '/') open.push(element);
  }
  if (
    body.slice(end).trim() !== '' ||
    open.length !== 1 ||
    top.children.length !== 1 ||
    top.text.trim() !== ''
  )
    throw new Error('something is not closed, or there is not one root');
  return top.children[0] as XmlElement;
}
