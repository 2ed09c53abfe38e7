// Writes the vectors of bitswap messages with boxo 0.43.0, which is what Kubo 0.43.1 sends. Run it
// inside a module that requires that version (a copy of boxo's own go.mod and go.sum does):
//
//	go run bitswap.go <repository>/tests/vectors
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	bsmsg "github.com/ipfs/boxo/bitswap/message"
	pb "github.com/ipfs/boxo/bitswap/message/pb"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"google.golang.org/protobuf/proto"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func v1(text string) cid.Cid {
	c, err := cid.V1Builder{Codec: cid.Raw, MhType: multihash.SHA2_256}.Sum([]byte(text))
	check(err)
	return c
}

func block(text string) blocks.Block {
	b, err := blocks.NewBlockWithCid([]byte(text), v1(text))
	check(err)
	return b
}

var out bytes.Buffer

// Without the length that stands before it on the wire.
func row(name string, m bsmsg.BitSwapMessage, v0 bool) {
	message := m.ToProtoV1()
	if v0 {
		message = m.ToProtoV0()
	}
	raw, err := proto.Marshal(message)
	check(err)
	fmt.Fprintf(&out, "%s %x\n", name, raw)
}

func one(full bool, fill func(m bsmsg.BitSwapMessage)) bsmsg.BitSwapMessage {
	m := bsmsg.New(full)
	fill(m)
	return m
}

func main() {
	row("empty", one(false, func(m bsmsg.BitSwapMessage) {}), false)
	row("full", one(true, func(m bsmsg.BitSwapMessage) {}), false)
	row("want_block", one(false, func(m bsmsg.BitSwapMessage) {
		m.AddEntry(v1("a"), 1, pb.Message_Wantlist_Block, false)
	}), false)
	row("want_have", one(true, func(m bsmsg.BitSwapMessage) {
		m.AddEntry(v1("a"), 2147483647, pb.Message_Wantlist_Have, true)
	}), false)
	row("negative_priority", one(false, func(m bsmsg.BitSwapMessage) {
		m.AddEntry(v1("a"), -5, pb.Message_Wantlist_Block, true)
	}), false)
	row("cancel", one(false, func(m bsmsg.BitSwapMessage) { m.Cancel(v1("a")) }), false)
	row("block", one(false, func(m bsmsg.BitSwapMessage) { m.AddBlock(block("hello")) }), false)
	row("block_v0", one(false, func(m bsmsg.BitSwapMessage) {
		m.AddBlock(blocks.NewBlock([]byte("hello")))
	}), false)
	row("block_1_0_0", one(false, func(m bsmsg.BitSwapMessage) {
		m.AddBlock(blocks.NewBlock([]byte("hello")))
	}), true)
	row("empty_block", one(false, func(m bsmsg.BitSwapMessage) { m.AddBlock(block("")) }), false)
	row("have", one(false, func(m bsmsg.BitSwapMessage) { m.AddHave(v1("a")) }), false)
	row("dont_have", one(false, func(m bsmsg.BitSwapMessage) {
		m.AddDontHave(v1("a"))
		m.SetPendingBytes(70000)
	}), false)
	row("all", one(true, func(m bsmsg.BitSwapMessage) {
		m.AddEntry(v1("a"), 7, pb.Message_Wantlist_Block, true)
		m.AddBlock(block("hello"))
		m.AddHave(v1("b"))
		m.SetPendingBytes(-1)
	}), false)
	check(os.WriteFile(filepath.Join(os.Args[1], "bitswap", "messages.txt"), out.Bytes(), 0o644))
}
