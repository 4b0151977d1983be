/** A document of a few lines: nodes that can be filled, and looked at as text. */

/** As much of a document's nodes as drawing touches; counts what is put into each. */
export class FakeNode {
  className = '';
  children: FakeNode[] = [];
  text = '';
  writes = 0;
  scrollTop = 0;
  scrollHeight = 100;
  clientHeight = 100;

  get firstChild(): FakeNode | null {
    return this.children[0] ?? null;
  }

  appendChild(child: FakeNode): void {
    this.children.push(child);
    this.writes++;
  }

  removeChild(child: FakeNode): void {
    this.children.splice(this.children.indexOf(child), 1);
  }

  /** Markup as a reader sees it: plain text, and spans as `[name|text]`. */
  get shown(): string {
    const inner = this.text + this.children.map((child) => child.shown).join('');
    return this.className === '' || this.className === 'row' ? inner : `[${this.className}|${inner}]`;
  }
}

export const page = {
  createElement: () => new FakeNode(),
  createTextNode: (text: string) => Object.assign(new FakeNode(), { text }),
};
