/** The token that a request carries. Colyseus's own reading takes no notice of other spellings: those would be guests. */

/** @param authorization the header. Undefined when it is not there, or of another scheme; wrong tokens are told as they are. */
export function bearerOf(authorization: string | null | undefined): string | undefined {
  const [, token = ''] = /^\s*bearer\s(.*)$/is.exec(authorization ?? '') ?? [];
  return token.trim() || undefined;
}
