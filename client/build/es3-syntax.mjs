/**
 * What sources of ES3 rooms may not say: syntax that TypeScript lowers with helpers or runtime features, or not at all.
 * Destructured strings, which would be indexed, are found by the type check.
 */
import ts from 'ts6';

const { SyntaxKind: Kind } = ts;

/** Files of the client that are for today's engines alone. */
const modern = /^client\/(?:modern|adapter\/(?:streams|net))\.ts$/;

/** @param {string} path from the root of the project, with `/` */
export const isEs3Source = (path) =>
  /^client\/(?:(?:core|transport|adapter)\/.+|main|old|websocket)\.ts$/.test(path) &&
  !path.endsWith('.d.ts') &&
  !modern.test(path);

/** Syntax by kind of node, and what to call it. */
const kinds = new Map([
  [Kind.ClassDeclaration, 'a class'],
  [Kind.ClassExpression, 'a class'],
  [Kind.ForOfStatement, 'for-of'],
  [Kind.SpreadElement, 'spread'],
  [Kind.SpreadAssignment, 'object spread'],
  [Kind.AwaitExpression, 'await'],
  [Kind.YieldExpression, 'yield'],
  [Kind.AsyncKeyword, 'async'],
  [Kind.QuestionDotToken, '?.'],
  [Kind.QuestionQuestionToken, '??'],
  [Kind.QuestionQuestionEqualsToken, '??='],
  [Kind.GetAccessor, 'a getter'],
  [Kind.SetAccessor, 'a setter'],
  [Kind.TaggedTemplateExpression, 'a tagged template'],
  [Kind.BigIntLiteral, 'a bigint'],
  [Kind.MetaProperty, 'a meta property'],
  [Kind.ImportKeyword, 'import()'],
  [Kind.EnumDeclaration, 'an enum'],
  [Kind.ModuleDeclaration, 'a namespace'],
  [Kind.Decorator, 'a decorator'],
  [Kind.WithStatement, 'with'],
  [Kind.DebuggerStatement, 'debugger'],
]);

/** Regular expressions of ES3: three flags, no look-behind, no named groups, no properties. */
const newRegExp = /\(\?<|\\[pPk]|\/[a-z]*[^gim/][a-z]*$/;

/** Where `import` is no call it is a statement; modifiers and operators are tokens of the nodes that hold them. */
const nameOf = (node) => {
  if (node.kind === Kind.ImportKeyword && !ts.isCallExpression(node.parent)) return undefined;
  if (node.dotDotDotToken) return 'rest';
  if (node.asteriskToken && (ts.isFunctionLike(node) || ts.isMethodDeclaration(node))) return 'a generator';
  if (ts.isArrayLiteralExpression(node) && node.elements.some(ts.isOmittedExpression)) return 'a hole in an array';
  if (ts.isRegularExpressionLiteral(node) && newRegExp.test(node.text)) return 'a new kind of regular expression';
  return kinds.get(node.kind);
};

/**
 * Every place where a source says what ES3 cannot have, in words; types do not count, for they leave nothing behind.
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
export const newerThanEs3 = (path, text) => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const faults = [];
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (node.modifiers?.some(({ kind }) => kind === Kind.DeclareKeyword)) return;
    const name = nameOf(node);
    if (name !== undefined) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      faults.push(`${path}:${line + 1}: ${name} is nothing for ES3`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
};
