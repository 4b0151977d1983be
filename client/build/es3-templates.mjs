/**
 * Turns templates into sums of strings, which are smaller than the calls of `concat` that TypeScript makes of them.
 * What is put in has to be text or a number: of an object a sum would ask for its value first.
 */
import ts from 'ts6';

/** A transformer for sources; tagged templates do not occur in them. */
export const joinTemplates = (context) => {
  const { factory } = context;
  const text = (literal) => factory.createStringLiteral(literal.text);
  const plus = (left, right) => (left === null ? right : factory.createAdd(left, right));
  const join = (node) => {
    const seen = ts.visitEachChild(node, join, context);
    if (!ts.isTemplateExpression(seen)) return seen;
    const [first] = seen.templateSpans;
    // One text among the first two makes a sum of texts of it all.
    const needsText = seen.head.text === '' && first.literal.text === '';
    let sum = seen.head.text !== '' || needsText ? text(seen.head) : null;
    for (const { expression, literal } of seen.templateSpans) {
      sum = plus(sum, sum === null ? factory.createParenthesizedExpression(expression) : expression);
      if (literal.text !== '') sum = plus(sum, text(literal));
    }
    return factory.createParenthesizedExpression(sum);
  };
  return (file) => ts.visitEachChild(file, join, context);
};
