/** The settings of who a player is: accounts, guests, and the admin. */
import { choice, integer, text } from './kinds.ts';

export const IDENTITY_SETTINGS = {
  auth: choice({
    env: 'HYPOGEUM_AUTH',
    fallback: 'guests',
    of: ['guests', 'required'],
    help: 'guests: whoever brings no token plays as a guest. required: only accounts of your own service play.',
  }),
  authKeys: text({
    env: 'HYPOGEUM_AUTH_KEYS',
    fallback: '',
    range: 'a JWKS as JSON, the path of a file with one, or nothing',
    fits: () => true,
    help: 'Public Ed25519 keys of your account service, by kid; a file is read again as keys come and go.',
    secret: true,
  }),
  authIssuer: text({
    env: 'HYPOGEUM_AUTH_ISSUER',
    fallback: 'accounts',
    range: '1 to 200 characters without spaces',
    fits: (text) => /^\S{1,200}$/.test(text),
    help: "The iss of your account service's tokens.",
  }),
  authAudience: text({
    env: 'HYPOGEUM_AUTH_AUDIENCE',
    fallback: 'hypogeum',
    range: '1 to 200 characters without spaces',
    fits: (text) => /^\S{1,200}$/.test(text),
    help: 'The aud of every token that is good here.',
  }),
  authTokenMinutes: integer({
    env: 'HYPOGEUM_AUTH_TOKEN_MINUTES',
    fallback: 15,
    min: 1,
    max: 1440,
    unit: 'minutes',
    help: "How long a token may live; guests' do.",
  }),
  guestKeys: text({
    env: 'HYPOGEUM_GUEST_KEYS',
    fallback: '',
    range: 'secrets of at least 32 characters, separated by commas, or nothing',
    fits: (text) => text === '' || text.split(',').every((secret) => secret.length >= 32),
    help: "Sign guests' tokens: the first signs, all verify. Left out, the processes agree on a new key every day.",
    secret: true,
  }),
  guestDays: integer({
    env: 'HYPOGEUM_GUEST_DAYS',
    fallback: 30,
    min: 1,
    max: 365,
    unit: 'days',
    help: 'For how long after its token expired a guest can come back as the same.',
  }),
  adminToken: text({
    env: 'HYPOGEUM_ADMIN_TOKEN',
    fallback: '',
    range: 'at least 16 characters without spaces, or nothing',
    fits: (text) => text === '' || /^[\x21-\x7e]{16,}$/.test(text),
    help: 'Opens /admin, /monitor and /playground to who knows it; left out, they are not there.',
    secret: true,
  }),
  adminTries: integer({
    env: 'HYPOGEUM_ADMIN_TRIES',
    fallback: 10,
    min: 1,
    max: 1000,
    unit: 'a minute',
    help: 'Wrong admin tokens from one address, after which none is looked at for a minute.',
  }),
};
