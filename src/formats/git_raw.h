// git's objects as blocks, the codec `git-raw`: "<type> <size>", a zero byte and the body, under
// the SHA-1 that git itself names them by. https://ipld.io/specs/codecs/git/
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// What Kubo makes of the four types:
//   blob    bytes, the header among them;
//   tree    a map from name to {mode, hash}, in the order of the tree;
//   commit  {tree, parents, message, author, committer, encoding, signature, mergetag, other}, null
//           where a commit has none of it; author and committer are {date, timezone, email, name};
//   tag     {object, type, tag, tagger, message}.
// Lines are read as Kubo reads them: none is longer than 4096 bytes, what follows is another line.
// Fails with corrupt, or too_large above the bound on what a block may unfold to.
// DEPARTURE: a commit without a tree and a tag without an object are refused here; Kubo decodes
// them and fails, or prints half of them, when it writes them.
Result<Ipld> decode_git_raw(ByteView block);

// The other way. Fails with unsupported for another shape, for a commit without its people, and for
// a link that git cannot name. Bytes are taken for a whole object, as Kubo does.
// DEPARTURE: a tree is also taken from a plain map; Kubo takes it from git-raw alone.
Result<Bytes> encode_git_raw(const Ipld& value);

// In the order of the value: tree, parents and the objects of merged tags; a tag's object; the
// entries of a tree.
Result<std::vector<Cid>> links_of_git_raw(ByteView block);

}  // namespace kit::formats
