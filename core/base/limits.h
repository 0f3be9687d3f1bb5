// Everything has a limit, and each limit has its reason. Bytes unless the name says otherwise. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::limits {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// Message heads.
inline constexpr std::size_t kHeadBytesMax = 128 * kKiB;  // browsers and servers stop at 8 to 80 KiB; more is an attack
inline constexpr std::size_t kHeaderCountMax = 500;       // real traffic stays under 100; keeps parsing linear in practice
inline constexpr std::size_t kLeadingEmptyLinesMax = 4;   // RFC 9112 2.2 asks for one; old clients send a few after a body
inline constexpr std::size_t kMethodBytesMax = 64;         // the longest registered is 16; more is not HTTP
inline constexpr std::size_t kSniffedBytesMax = 16 * kKiB;  // of a first request line; one block holds it
inline constexpr std::size_t kHostBytesMax = 255;         // DNS: no name is longer
inline constexpr std::size_t kSocksUserBytesMax = 255;    // of SOCKS4, which sets none itself; that of SOCKS5
inline constexpr std::size_t kInterimResponsesMax = 100;  // real servers send one to three; 102 every 20 s lasts half an hour
inline constexpr std::size_t kLocalDetailBytesMax = 512;  // of an error's detail in a response of our own: a screen line or six

// Blocks.
inline constexpr std::size_t kBlockBytes = 16 * kKiB;  // a TLS record and a shared chunk
inline constexpr std::size_t kBlocksPerPipeMax = 16;   // 256 KiB in flight each way covers a LAN's bandwidth x delay
inline constexpr std::size_t kBlockAlignment = 4096;   // a page: what direct I/O asks for on every system
inline constexpr std::size_t kChainSlicesKept = 1024;      // 64 KiB; only bodies of tiny chunks make longer chains
inline constexpr std::size_t kIdleBlocksPerPoolMax = 256;  // 4 MiB kept for the next exchanges of a loop

// WebSocket messages.
inline constexpr std::size_t kMessageBytesKept = 1 * kMiB;  // of each payload: what people read; games and films send more
inline constexpr std::uint64_t kMessageInflatedBytesMax = 64 * kMiB;  // some 60 KB can become that; 0.1 s of a core

// Memory of a server process, where the system lets its program say how it is handled.
inline constexpr std::size_t kFreedBytesKept = 16 * kMiB;     // at the end of a heap: twice what the recorder has at hand
inline constexpr std::size_t kMappedBlockBytesMin = 1 * kMiB;  // such blocks are given back at once

// History.
// Rides out a slow disk for a moment, and keeps the engine below 100 MB; above, bodies lose.
inline constexpr std::size_t kRecorderQueueBytesMax = 32 * kMiB;
// Several commits, so that the recorder has the next at hand. More of a message than that is taken up as well, once it has nothing else.
inline constexpr std::size_t kRecordsAtOnceBytesMax = kRecorderQueueBytesMax / 4;
inline constexpr std::size_t kRecorderPendingBytesMax = 128 * kMiB; // heads and rows kept for a paused disk; above, exchanges lose
inline constexpr std::size_t kRecorderBatchBytes = 2 * kMiB;        // committed at once: what comes meanwhile waits for the next
inline constexpr std::size_t kRecorderBatchRecords = 1000;          // more gain nothing and delay what is seen
inline constexpr int kRecorderCommitGapMs = 10;                     // at most 100 commits a second; nobody sees 10 ms
inline constexpr int kRecorderRetryMs = 1000;                       // while the disk is full or fails
inline constexpr std::size_t kDatabaseValueBytesMax = 256 * kMiB;   // no value of ours comes near; a hostile file's must not either
inline constexpr int kDatabaseBusyMs = 1000;                        // a reader's recovery takes milliseconds
inline constexpr std::uintmax_t kDatabaseFullCheckBytesMax = 64 * kMiB;  // under 0.2 s on a plain SSD at each start
inline constexpr std::size_t kDatabasePageBytes = 8 * kKiB;         // of a new one: a quarter less work an exchange than with 4 KiB
inline constexpr int kDatabaseLogPages = 2000;                      // 16 MiB of log before it is folded into the database
inline constexpr std::size_t kDatabaseLogBytesKept = 64 * kMiB;     // a longer log, grown under a burst, is cut again
inline constexpr int kDatabaseCacheKiB = 16 * 1024;                 // the newest pages of each table and index
inline constexpr std::size_t kBesideHeadsBytesMax = 2 * kKiB;      // of a body in the row of its heads: who looks for heads reads them too
inline constexpr std::size_t kInlineBodyBytesMax = 128 * kKiB;      // larger bodies are cheaper as files, and sendfile needs one

inline constexpr std::uint64_t kTrashBytesAStep = 64 * kMiB;        // of a cleared history; a file system frees that in milliseconds
inline constexpr std::size_t kPrunedExchangesAStep = 200;           // removed at once: some 10 ms, in which nothing is recorded
inline constexpr int kPagesGivenBackAStep = 128;                    // 1 MiB: moving pages about is as much work as writing them
inline constexpr int kPruneGapMs = 1000;                            // between looks whether a limit was passed

// Filters.
inline constexpr std::size_t kSearchedBodyBytesMax = 1 * kMiB;    // of each decoded body: text that people look for comes early
inline constexpr std::size_t kFilterTextBytesMax = 16 * kKiB;     // nobody types more, and a program can ask twice
inline constexpr std::size_t kFilterTermsMax = 200;               // SQLite takes expressions 1000 deep; each term is a few
inline constexpr std::size_t kFilterDepthMax = 12;                // parentheses and nots; SQLite parses expressions some 100 symbols deep
inline constexpr std::size_t kFilterPatternBytesMax = 4 * kMiB;   // RE2's default is 8; what needs more was not typed by a person

// Files of other tools.
inline constexpr std::uint64_t kExportedBodyBytesMax = 1024 * kMiB;  // decoded; what grows beyond that is exported encoded
inline constexpr std::size_t kCurlBodyBytesMax = 64 * kMiB;          // as much of a body as is usually captured; held as text
inline constexpr std::uint64_t kHarEntryBytesMax = 16 * kMiB;         // held while it is read, without bodies: two heads of 4 MiB, in parts
inline constexpr std::size_t kHarDepthMax = 500;                     // call stacks in browsers' files go some 100 deep

// Control connections between our programs.
inline constexpr std::size_t kControlRequestBytesMax = 64 * kKiB;  // requests are names and numbers
inline constexpr std::size_t kControlFrameBytesMax = 4 * kMiB;     // the live list of kControlRowsMax connections
inline constexpr std::size_t kControlRowsMax = 16384;              // more connections than a desktop's proxy ever has open
inline constexpr std::size_t kControlListenersMax = 64;            // beyond this somebody forwards a port range: not our trade
inline constexpr std::size_t kControlTextBytesMax = 4 * kKiB;      // a path as long as Linux takes; URLs are cut to it
inline constexpr std::size_t kControlBacklogBytesMax = 8 * kMiB;   // two of the largest frames; a client further behind attaches again
inline constexpr std::size_t kControlClientsMax = 64;              // apps and command lines attached at once

// Ports between our processes.
inline constexpr std::size_t kPortMessageBytes = 16 * kKiB;   // one message on the socket; longer ones are cut into fragments
inline constexpr std::size_t kPortShareBytes = 64 * kKiB;     // of one message before others have their turn
inline constexpr std::size_t kPortMessageBytesMax = 16 * kMiB;  // put together from fragments: four of the largest control frames
inline constexpr std::size_t kPortPartialsMax = 64;           // long messages on their way side by side; the next ones wait for their end
inline constexpr std::size_t kPortBacklogBytesMax = 32 * kMiB;  // waiting for the socket; beyond it the caller keeps its own
inline constexpr std::size_t kPortPartialBytesMax = kPortBacklogBytesMax + kPortMessageBytesMax;  // what a sender of ours can have begun
inline constexpr std::size_t kPortTurnMessages = 1024;        // taken before other users of the loop have their turn
inline constexpr std::uint32_t kPortQueueSlots = 16384;       // 1 MiB: some 10 ms of the most that a loop can say
inline constexpr std::size_t kPortQueueAttemptsMax = 1000;    // lost races in a row: only a hostile peer makes that many
inline constexpr std::size_t kPortChunksPerMessageMax = 1024; // 16 MiB by reference
inline constexpr std::size_t kChunkBytes = kBlockBytes;       // a block of a pipe is a chunk
inline constexpr std::size_t kSegmentBytes = 10 * kMiB;       // 640 chunks: their maps fit one page
inline constexpr std::size_t kSegmentsPerPeerMax = 16;        // mapped for one sender; the sender's own limit is lower

// Worker processes.
inline constexpr std::size_t kWorkersMax = 16;                      // more than a desktop has cores
inline constexpr std::size_t kWorkerSegmentsMax = 2;                // 20 MiB of captured bodies on their way: 20 ms at 1 GB/s
inline constexpr std::size_t kWorkerBacklogBytesMax = 8 * kMiB;     // of records that found no chunk; above, bodies lose
inline constexpr std::size_t kWorkerPendingBytesMax = 64 * kMiB;    // heads and rows kept for a recorder that waits for its disk
inline constexpr int kRecordsHeldBackMs = 2;                         // so that they travel together; less than to the next commit
inline constexpr std::size_t kRecordMessagesAtOnce = 8;              // chunks of rows and heads that the supervisor is woken for
inline constexpr std::size_t kWorkerChunksForRecords = 64;          // that no body is received into: 1 MiB of rows and heads
inline constexpr std::size_t kWorkerBodiesPerMessage = 16;          // 256 KiB, what one turn of a transfer receives
inline constexpr std::size_t kReferencedBytesMin = 1 * kKiB;        // of a body; less is cheaper to copy than to refer to
inline constexpr std::size_t kWorkerSettingsPieceBytes = 8 * kKiB;  // below kPortMessageBytes with its header: one fragment

// Pipes.
inline constexpr std::size_t kBusyBytesPerPipe = 192 * kKiB;  // lent to the client side; the rest receives meanwhile
inline constexpr std::size_t kPipeTurnBytes = 1 * kMiB;       // one pipe moves this much before others get their turn
inline constexpr std::uint64_t kSpillBytesMax = 1024 * kMiB;  // what one slow client may cost of the disk
inline constexpr std::size_t kSpillWriteBytes = 64 * kKiB;    // long enough for a disk, short enough to free blocks soon
inline constexpr std::size_t kFilePoolThreads = 2;            // a slow write must not hold up a read; more gain nothing on one disk
inline constexpr int kEmptyFlushesMax = 10;                   // an output that took nothing ten times is waiting

// Chunked bodies. The longest lines seen are those of signed uploads: some 100 bytes.
inline constexpr std::size_t kChunkLineBytesMax = 4 * kKiB;
inline constexpr std::size_t kTrailerBytesMax = 16 * kKiB;         // trailers are a few fields; a head has its own limit
inline constexpr std::size_t kChunkExtensionBytesKept = 4 * kKiB;  // for the inspector; what is more is passed on, not kept

// TLS.
inline constexpr std::size_t kClientHelloBytesMax = 16 * kKiB;  // with post-quantum keys they have 2 KiB; one block holds it
inline constexpr std::size_t kOfferedProtocolsMax = 64;         // browsers offer two
inline constexpr std::size_t kLeafCertificatesMax = 1000;       // hosts of a day's browsing; 2 KiB each
inline constexpr std::size_t kTlsTicketsMax = 1000;             // likewise, for resumption
inline constexpr std::size_t kTlsReceiveBytes = 32 * kKiB;      // of ciphertext in one receive: two records
inline constexpr std::size_t kTlsHeldBackBytesMax = 64 * kKiB;  // records that the socket has not taken; then writing waits

// Content codings, undone for viewing.
inline constexpr std::size_t kContentCodingsMax = 4;            // two are rare already; each costs its window
inline constexpr int kZstdWindowLog = 23;                       // 8 MiB: RFC 9659 lets no sender use more
inline constexpr std::size_t kDecoderOutputBytes = 64 * kKiB;   // one piece; a screen of text is 10 KiB

// Output.
inline constexpr std::size_t kGatherBuffersMax = 64;        // Asio and Windows take no more in one call
inline constexpr std::size_t kCopyBuffers = 2;              // one is filled while the other is sent
inline constexpr std::size_t kCopyBufferBytes = 32 * kKiB;  // two TLS records
inline constexpr std::size_t kSendTurnBytes = 1 * kMiB;     // one connection sends this much before others get their turn

// TLS interception.
inline constexpr std::size_t kPassThroughHostsMax = 1000;      // each is tried for every new connection
inline constexpr std::size_t kPassThroughHostBytesMax = 300;   // a name of 255 bytes with brackets and a port

// Throttling.
inline constexpr std::size_t kProfileNameBytesMax = 100;  // what a menu shows in one line
inline constexpr std::size_t kProfileSourceBytesMax = 200;  // who publishes the numbers, in a sentence
inline constexpr std::size_t kThrottleRulesMax = 32;      // hosts and listeners with a profile of their own: a screenful
inline constexpr std::size_t kOwnProfilesMax = 500;       // more than anybody finds again in a menu; one reply holds them
inline constexpr int kBucketBurstMicros = 50'000;         // a late wake-up loses nothing, and no second is 5 % too fast
inline constexpr int kBucketRoundMicros = 200'000;        // everybody who shares a bucket has a turn five times a second
inline constexpr int kPortionMicros = 20'000;             // a turn of one alone: 50 sends a second cost next to nothing
inline constexpr std::size_t kPortionBytesMin = 128;      // less is more head than body on the wire
inline constexpr std::size_t kPortionBytesMax = 1 * kMiB; // what one turn of a connection sends at most
inline constexpr int kDelayGrainMicros = 500;             // pieces of a delay line closer together are one: nobody can tell
inline constexpr std::size_t kDelayedBytesMax = 32 * kMiB; // under way in one direction of one connection: 1 Gbit/s for 250 ms
inline constexpr std::size_t kTcpSegmentBytes = 1460;     // of TCP on an Ethernet: what is lost or not lost
inline constexpr int kRetransmitMicros = 200'000;         // least wait of a TCP sender for what was lost
inline constexpr int kProfileDelayMsMax = 60'000;          // a link to the edge of the solar system; clients give up long before

// Names.
inline constexpr std::size_t kResolverThreadsMax = 4;   // one name server that does not answer must not hold up the rest
inline constexpr std::size_t kLookupsPendingMax = 4096; // more callers than a desktop has connections

// Connections.
inline constexpr std::size_t kClientProgramsRemembered = 8;      // a developer's browser, its helpers and a test run
inline constexpr std::size_t kClientDescriptorsRemembered = 4096; // of open connections, to guess where the next one is
inline constexpr std::size_t kClientGuessesMax = 32;             // each costs as much as one of the many that it saves
inline constexpr std::size_t kClientProgramLookupsMax = 256;     // waiting at once; in a storm of connections the rest stay unnamed
inline constexpr std::uint64_t kCapturedBodyBytesMax = 64 * kMiB;  // of each body: what people look at; a film stays out of the history
inline constexpr std::size_t kConnectionsMax = 20000;        // clients at once; past it accepting pauses
inline constexpr std::size_t kIdleUpstreamsMax = 512;        // kept for reuse in all, oldest closed first
inline constexpr std::size_t kIdleUpstreamsPerHostMax = 32;  // what a busy page or load test reuses from one host
}  // namespace sluice::limits
