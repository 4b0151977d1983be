/** Keeps public names where `status()` of the face gives them, so that the same names can be short everywhere else. */
import ts from 'ts6';

/** What the face shows of the sessions' own. */
export const faceNames = ['acknowledged', 'failures', 'received', 'taken', 'written'];

/** The only place where they are given to programs. */
const FACE = 'client/adapter/socket.ts';

/** A transformer that puts quotes around them in the object literals of that file: what is quoted is not shortened. */
export const quoteFace = (path) => (context) => {
  const { factory } = context;
  const quote = (node) => {
    const seen = ts.visitEachChild(node, quote, context);
    if (!ts.isPropertyAssignment(seen) || !ts.isIdentifier(seen.name) || !faceNames.includes(seen.name.text))
      return seen;
    return factory.createPropertyAssignment(factory.createStringLiteral(seen.name.text), seen.initializer);
  };
  return (file) => (path === FACE ? ts.visitEachChild(file, quote, context) : file);
};
