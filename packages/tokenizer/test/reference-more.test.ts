import { compareWithReference } from './reference-tests.ts';
import { referenceTokenizers } from './test-data.ts';

// Apart from reference.test.ts so that both run at the same time.
for (const tokenizer of referenceTokenizers.slice(3)) compareWithReference(tokenizer);
