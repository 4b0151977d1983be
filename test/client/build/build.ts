/** The client's build with types: its parts are plain modules, because Node runs them as they are. */

export interface Bundle {
  code: string;
  map: string;
}

const load = (name: string) => import(new URL(`../../../client/build/${name}`, import.meta.url).href);

export const { bundleOld, bundleScript, bundleWebSocket, bundleModule, bundleNet } = (await load('bundle.mjs')) as {
  bundleWebSocket: () => Promise<Bundle>;
  bundleOld: () => Promise<Bundle>;
  bundleScript: (input?: string) => Promise<Bundle>;
  bundleModule: (input?: string) => Promise<{ code: string }>;
  bundleNet: () => Promise<{ code: string }>;
};

export const { syntaxFault, laterNames } = (await load('es3-check.mjs')) as {
  syntaxFault: (code: string) => string | null;
  laterNames: (code: string) => string[];
};

export const { innerNames } = (await load('inner-names.mjs')) as { innerNames: readonly string[] };

export const { faceNames } = (await load('es3-face.mjs')) as { faceNames: readonly string[] };
