/**
 * Puts quotes around property names that ES3 reserves: `a.final` becomes `a["final"]`, `{char:1}` becomes `{"char":1}`;
 * and says `void 0` for `undefined`, which the first engines of ES3 do not know.
 */
import ts from 'ts6';

/** Keywords, those of the future, and literals. [ECMA-262 3rd edition, 7.5] */
const reserved = new Set(
  (
    'break case catch continue default delete do else finally for function if in instanceof new return switch this throw ' +
    'try typeof var void while with abstract boolean byte char class const debugger double enum export extends final ' +
    'float goto implements import int interface long native package private protected public short static super ' +
    'synchronized throws transient volatile null true false'
  ).split(' '),
);

/** A transformer of TypeScript for what it has lowered to ES5 already: only accesses and plain properties are left. */
export const quoteReserved = (context) => {
  const { factory } = context;
  const quote = (node) => {
    if (ts.isIdentifier(node) && node.text === 'undefined') return factory.createVoidZero();
    const seen = ts.visitEachChild(node, quote, context);
    if (ts.isPropertyAccessExpression(seen) && reserved.has(seen.name.text)) {
      return factory.createElementAccessExpression(seen.expression, factory.createStringLiteral(seen.name.text));
    }
    if (ts.isPropertyAssignment(seen) && ts.isIdentifier(seen.name) && reserved.has(seen.name.text)) {
      return factory.createPropertyAssignment(factory.createStringLiteral(seen.name.text), seen.initializer);
    }
    return seen;
  };
  return (file) => ts.visitEachChild(file, quote, context);
};
