// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The rules that can be left out. The others are where messages and events pass.

#include "mutation.hpp"

#include "world.hpp"

namespace simulation {

const std::vector<mutation_row>& mutation_table()
{
    using m = mutation;
    using s = scenario;
    static const std::vector<mutation_row> table{
        {m::no_guard,
         "no_guard",                                      s::any,
         check::two_owners,
         "a transaction reads, decides and writes under the guard"                                                     },
        {m::unknown_is_dead,
         "unknown_is_dead",                               s::any,
         check::two_owners,
         "who cannot be tested counts as alive"                                                                        },
        {m::dead_is_alive,
         "dead_is_alive",                                 s::any,
         check::live_lock,
         "a dead holder has lost the lock"                                                                             },
        {m::release_unchecked,
         "release_unchecked",                             s::any,
         check::owner_not_in_record,
         "only he whom the record names releases"                                                                      },
        {m::restore_unchecked,
         "restore_unchecked",                             s::any,
         check::two_owners,
         "a removed record is put back only where nobody was faster"                                                   },
        {m::grant_not_written,
         "grant_not_written",                             s::any,
         check::order,
         "the next owner is written as holder before he is told"                                                       },
        {m::grant_not_sent,             "grant_not_sent", s::any,                check::stuck, "the next owner is told"},
        {m::token_stands_still,
         "token_stands_still",                            s::any,
         check::fencing,
         "the token grows with every change of owner"                                                                  },
        {m::recover_overlooks_grant,
         "recover_overlooks_grant",                       s::any,
         check::stuck,
         "who recovers and is named by the record holds the lock"                                                      },
        {m::recover_follows_tail,
         "recover_follows_tail",                          s::any,
         check::stuck,
         "who recovers attaches to the holder"                                                                         },
        {m::nobody_follows_tail,
         "nobody_follows_tail",                           s::any,
         check::ticket_order,
         "who enters the queue attaches to its tail"                                                                   },
        {m::tail_not_cleared,
         "tail_not_cleared",                              s::any,
         check::stale_tail,
         "the holder is not the tail"                                                                                  },
        {m::heir_is_the_last,
         "heir_is_the_last",                              s::any,
         check::order,
         "the next owner is the attached successor with the lowest ticket"                                             },
        {m::ticket_lost_on_recovery,
         "ticket_lost_on_recovery",                       s::any,
         check::order,
         "who recovers keeps his ticket"                                                                               },
        {m::dead_successor_kept,
         "dead_successor_kept",                           s::any,
         check::order,
         "a successor whose connection ended is forgotten"                                                             },
        {m::moved_not_sent,
         "moved_not_sent",                                s::any,
         check::stuck,
         "who is over sends his successors on"                                                                         },
        {m::moved_not_sent_when_over,
         "moved_not_sent_when_over",                      s::any,
         check::stuck,
         "who attaches to a claim that is over is sent on"                                                             },
        {m::moved_not_sent_to_the_late,
         "moved_not_sent_to_the_late",                    s::any,
         check::stuck,
         "so is who attached during the last transaction"                                                              },
        {m::end_of_stream_ignored,
         "end_of_stream_ignored",                         s::any,
         check::stuck,
         "a connection that ends makes the waiter recover"                                                             },
        {m::refusal_ignored,
         "refusal_ignored",                               s::any,
         check::stuck,
         "so does one that cannot be made"                                                                             },
        {m::abandonment_lost,
         "abandonment_lost",                              s::any,
         check::stuck,
         "a claim that nobody waits for is ended"                                                                      },
        {m::no_pass_on,
         "no_pass_on",                                    s::any,
         check::orphan,
         "a cancelled claim that was granted passes the lock on"                                                       },
        {m::no_detach,
         "no_detach",                                     s::any,
         check::orphan,
         "a cancelled claim leaves with a last word"                                                                   },
        {m::transaction_not_replaced,
         "transaction_not_replaced",                      s::any,
         check::orphan,
         "a transaction replaces one that waits for the guard"                                                         },
        {m::orphan_not_cleared,
         "orphan_not_cleared",                            s::broken_connections,
         check::live_lock,
         "a record that names a claim that is over is cleared"                                                         },
        {m::no_pause_when_refused,
         "no_pause_when_refused",                         s::broken_connections,
         check::spinning,
         "who is turned away twice pauses"                                                                             },
        {m::no_safety_net,
         "no_safety_net",                                 s::half_open,
         check::stuck,
         "a waiter looks at the record from time to time"                                                              },
        {m::contended_not_told,
         "contended_not_told",                            s::any,
         check::contended,
         "the holder is told of his successors"                                                                        },
    };
    return table;
}

// Decides as the rules say, except for the one that is broken.
decision world::decide_mutated(std::size_t c, const request& asked)
{
    simulated_claim& claim = claims_[c];
    record& r = record_;
    request q = asked;
    const auto proof = [&](const claim_ref& p) { return prove(p, claim.process); };
    const record before = mutation_ == mutation::none ? record() : r;

    if (claim.has_snapshot)
    {
        r = claim.snapshot;
        claim.has_snapshot = false;
    }
    if (is_mutant(mutation::heir_is_the_last) && q.next_owner)
        q.next_owner = claim.machine.successors().back().who;
    if (is_mutant(mutation::grant_not_written))
        q.next_owner.reset();
    if (is_mutant(mutation::release_unchecked) && q.what == intent::release)
        r.holder = q.self.who;
    if (is_mutant(mutation::restore_unchecked) && q.what == intent::restore)
        r.holder = q.self.who;
    if (is_mutant(mutation::recover_overlooks_grant) && q.what == intent::recover &&
        r.holder == q.self.who)
    {
        decision v;
        v.attach_to = r.holder;
        return v;
    }

    decision v = decide(r, q, proof);

    if (is_mutant(mutation::token_stands_still))
        r.fencing_token = std::max<std::uint64_t>(before.fencing_token, 1);
    if (is_mutant(mutation::recover_follows_tail) && q.what == intent::recover &&
        v.what == outcome::held && r.tail)
        v.attach_to = r.tail;
    if (is_mutant(mutation::nobody_follows_tail) && v.what == outcome::enqueued)
        v.attach_to = r.holder;
    if (is_mutant(mutation::tail_not_cleared) && !r.tail)
        r.tail = before.tail;
    return v;
}

// True if the action is not to be done.
bool world::mutate_action(std::size_t c, claim_action& action)
{
    simulated_claim& claim = claims_[c];
    const bool releases = action.what == claim_action::kind::transact &&
                          action.to == intent::release;
    switch (mutation_)
    {
    case mutation::no_pass_on:
        if (!releases || !claim.machine.is_abandoned() || claim.owned)
            return false;
        {
            transaction_result result;
            result.decided.what = outcome::not_owner;
            claim.machine.transacted(result);
        }
        touch(c);
        return true;
    case mutation::no_detach:
        if (action.what != claim_action::kind::say_detach)
            return false;
        claim.machine.detached(claim.predecessor_number);
        touch(c);
        return true;
    case mutation::transaction_not_replaced:
        return action.what == claim_action::kind::transact && claim.transaction.has_value();
    case mutation::no_safety_net:
        return action.what == claim_action::kind::start_timer &&
               (claim.machine.phase() == claim_phase::attached ||
                claim.machine.phase() == claim_phase::detaching);
    case mutation::contended_not_told:
        return action.what == claim_action::kind::notify_contended;
    case mutation::moved_not_sent_to_the_late:
        if (releases)
            claim.early_link = last_link_;
        return false;
    default:
        return false;
    }
}

}  // namespace simulation
