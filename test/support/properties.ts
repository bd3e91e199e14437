/**
 * Property tests draw the same cases in every run, so that a red test has its cause in the change at hand. Others with
 * `PROPERTY_SEED=$RANDOM npm test`; a failure prints its seed.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
