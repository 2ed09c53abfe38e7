// Writes the vectors of multibase, multihash, cid and multiaddr with the Go libraries that Kubo
// 0.43.1 is made of. Run it inside a copy of Kubo's go.mod and go.sum:
//
//	go run multiformats.go <repository>/tests/vectors
package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multibase"
	"github.com/multiformats/go-multihash"
	_ "github.com/multiformats/go-multihash/register/all"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

type table struct{ lines []string }

func (t *table) row(cells ...any) {
	words := make([]string, len(cells))
	for i, cell := range cells {
		words[i] = fmt.Sprint(cell)
	}
	t.lines = append(t.lines, strings.Join(words, "\t"))
}

func (t *table) write(path ...string) {
	text := strings.Join(t.lines, "\n") + "\n"
	check(os.WriteFile(filepath.Join(append([]string{os.Args[1]}, path...)...), []byte(text), 0o644))
}

// The message of a given size that every table uses.
func pattern(size int) []byte {
	bytes := make([]byte, size)
	for i := range bytes {
		bytes[i] = byte(i % 251)
	}
	return bytes
}

func multibases() {
	var names []string
	for name := range multibase.Encodings {
		names = append(names, name)
	}
	sort.Strings(names)
	inputs := [][]byte{{}, {0}, {0, 0, 0}, {255}, {255, 255, 255, 255, 255, 255, 255, 255, 255},
		[]byte("yes mani !"), []byte("\x00yes mani !"), []byte("\x00\x00yes mani !"),
		[]byte("Decentralize everything!!"), []byte("foobar"), pattern(256)}
	for size := 1; size <= 41; size += 3 {
		digest, err := multihash.Sum(pattern(size), multihash.SHA2_512, -1)
		check(err)
		inputs = append(inputs, digest[2:2+size])
	}
	var valid table
	for _, name := range names {
		if name == "identity" {
			continue // A zero byte and line breaks have no place in a table.
		}
		for _, input := range inputs {
			text, err := multibase.Encode(multibase.Encodings[name], input)
			check(err)
			valid.row(name, hex.EncodeToString(input), text)
		}
	}
	valid.write("multibase", "valid.tsv")

	var invalid table
	for _, text := range []string{"?", "1", "7123", "9123", "hybn", "R", "xabc", "b1", "b0aaaaaaa",
		"bmzxw6yq=", "cmzxw6yq", "caaaaaaa", "f1", "f0g", "fx0", "k-", "k_a", "z0", "zO", "zI", "zl", "Z0",
		"m!", "mZg==", "mZ", "MZg=", "MZg", "M====", "u+/", "U__", "m__", "t=", "v=", "vw", "Vz", "02",
		"🚀a", "🚀\xf0\x9f", "\xf0\x9f\x9a", "🪐", "é"} {
		_, _, err := multibase.Decode(text)
		if err == nil {
			panic("the libraries read " + text)
		}
		invalid.row(hex.EncodeToString([]byte(text)), fmt.Sprintf("%+q", text))
	}
	invalid.write("multibase", "invalid.tsv")

	var stricter table
	for _, text := range []string{"0", "01", "00000001", "bmzxw6yr", "mZh", "MZh==", "uZ-9", "b", "cmf======", "mZm9v\nYmFy", "MZm9v\r\nYmFy"} {
		_, bytes, err := multibase.Decode(text)
		check(err)
		stricter.row(hex.EncodeToString([]byte(text)), hex.EncodeToString(bytes))
	}
	stricter.write("multibase", "lenient_in_go.tsv")
}

func multihashes() {
	var codes []uint64
	for code := range multihash.Codes {
		codes = append(codes, code)
	}
	sort.Slice(codes, func(i, j int) bool { return codes[i] < codes[j] })
	var valid table
	for _, code := range codes {
		sizes := []int{0, 3, 1025}
		if !strings.HasPrefix(multihash.Codes[code], "blake2") {
			sizes = []int{0, 1, 3, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 135, 136, 137, 1023, 1024, 1025, 9001}
		}
		for _, size := range sizes {
			hash, err := multihash.Sum(pattern(size), code, -1)
			if err != nil {
				continue // Functions that Kubo names and cannot compute.
			}
			if code == multihash.MD5 || code == multihash.IDENTITY && size > 128 {
				continue // What Kubo allows in no CID.
			}
			valid.row(multihash.Codes[code], size, len(hash)-multihashHead(hash), hex.EncodeToString(hash))
		}
	}
	for _, code := range []uint64{multihash.SHAKE_256, multihash.BLAKE3, multihash.SHA2_256, multihash.SHA1,
		multihash.KECCAK_256, multihash.BLAKE2B_MIN + 31} {
		for _, length := range []int{1, 20, 32, 64, 127, 128} {
			hash, err := multihash.Sum(pattern(100), code, length)
			if err != nil {
				continue
			}
			valid.row(multihash.Codes[code], 100, length, hex.EncodeToString(hash))
		}
	}
	valid.write("multihash", "valid.tsv")

	var invalid table
	for _, text := range []string{"", "12", "1220", "1202ff", "1201ffff", "920000", "12810000", "ffffffffffffffffffff01",
		"12ffffffffffffffffff01", "80", "8080808080", "00", "0005616263"} {
		bytes, err := hex.DecodeString(text)
		check(err)
		if _, err := multihash.Decode(bytes); err == nil {
			panic("the libraries read " + text)
		}
		invalid.row("0x" + text)
	}
	invalid.write("multihash", "invalid.tsv")
}

func multihashHead(hash multihash.Multihash) int {
	decoded, err := multihash.Decode(hash)
	check(err)
	return len(hash) - decoded.Length
}

func cids() {
	var valid table
	add := func(c cid.Cid, base multibase.Encoding) {
		text, err := c.StringOfBase(base)
		check(err)
		upgraded := cid.NewCidV1(c.Type(), c.Hash())
		inBase36, err := upgraded.StringOfBase(multibase.Base36)
		check(err)
		valid.row(text, c.Version(), c.Type(), c.Prefix().MhType, hex.EncodeToString(c.Bytes()),
			upgraded.String(), inBase36)
	}
	for size := 0; size < 8; size++ {
		hash, err := multihash.Sum(pattern(size*100), multihash.SHA2_256, -1)
		check(err)
		add(cid.NewCidV0(hash), multibase.Base58BTC)
	}
	bases := []multibase.Encoding{multibase.Base2, multibase.Base16, multibase.Base16Upper, multibase.Base32,
		multibase.Base32Upper, multibase.Base32hex, multibase.Base32pad, multibase.Base36, multibase.Base36Upper,
		multibase.Base58BTC, multibase.Base58Flickr, multibase.Base64, multibase.Base64url, multibase.Base64pad,
		multibase.Base64urlPad, multibase.Base256Emoji}
	hashes := []uint64{multihash.IDENTITY, multihash.SHA1, multihash.SHA2_256, multihash.SHA2_512,
		multihash.BLAKE3, multihash.BLAKE2B_MIN + 31, multihash.BLAKE2B_MIN + 63, multihash.KECCAK_256}
	codecs := []uint64{cid.Raw, cid.DagProtobuf, cid.DagCBOR, cid.Libp2pKey, cid.DagJSON, 0x0200, 0x300539, 1<<62 - 1}
	for i, code := range hashes {
		for j, codec := range codecs {
			hash, err := multihash.Sum(pattern(10*i+j), code, -1)
			check(err)
			add(cid.NewCidV1(codec, hash), bases[(8*i+j)%len(bases)])
		}
	}
	valid.write("cid", "valid.tsv")

	var invalid table
	for _, text := range []string{"", "Q", "Qm", "b", "f", "f01", "f0155", "f015512", "f01551220", "f0255122000",
		"f00551200", "f0155120100ff", "f81005512020000", "f01d50012020000", "f01559200020000", "f015512820000ff",
		"bafy", "zQm", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N0",
		"QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nnn", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N",
		"/ipfs/QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", "hello", "f122001", "f1220ff",
		"xafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"} {
		if _, err := cid.Decode(text); err == nil {
			panic("the libraries read " + text)
		}
		invalid.row("'" + text)
	}
	invalid.write("cid", "invalid.tsv")
}

func multiaddrs(valid, invalid []string) {
	var good, bad table
	for _, text := range valid {
		address, err := multiaddr.NewMultiaddr(text)
		check(err)
		good.row(text, hex.EncodeToString(address.Bytes()), address.String())
	}
	good.write("multiaddr", "valid.tsv")
	for _, text := range invalid {
		if _, err := multiaddr.NewMultiaddr(text); err == nil {
			panic("the libraries read " + text)
		}
		bad.row("'" + text)
	}
	bad.write("multiaddr", "invalid.tsv")
}

// The lines of a file of texts, one address each.
func lines(name string) []string {
	text, err := os.ReadFile(filepath.Join(os.Args[1], "generate", name))
	check(err)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func main() {
	multibases()
	multihashes()
	cids()
	multiaddrs(lines("multiaddrs_valid.txt"), lines("multiaddrs_invalid.txt"))
}
