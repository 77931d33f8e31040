// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The rules that can be left out. The others are where messages and events pass.

#include "mutation.hpp"

#include <algorithm>
#include <utility>

#include "world.hpp"

namespace simulation {

const std::vector<mutation_row>& mutation_table()
{
    using m = mutation;
    using s = scenario;
    static const std::vector<mutation_row> table{
        {m::no_guard,
         "no_guard",                   s::any,
         check::two_owners,
         "a transaction reads, decides and writes under the guard"           },
        {m::unknown_is_dead,
         "unknown_is_dead",            s::any,
         check::two_owners,
         "who cannot be tested counts as alive"                              },
        {m::dead_is_alive,
         "dead_is_alive",              s::any,
         check::blocked_by_dead,
         "a dead holder has lost the lock"                                   },
        {m::release_unchecked,
         "release_unchecked",          s::any,
         check::owner_not_in_record,
         "only the one that the record names releases"                       },
        {m::restore_unchecked,
         "restore_unchecked",          s::any,
         check::two_owners,
         "a removed record is put back only where nobody was faster"         },
        {m::granted_by_another,
         "granted_by_another",         s::any,
         check::written_by_another,
         "only a claim's own transaction makes it the holder"                },
        {m::no_reservation,
         "no_reservation",             s::any,
         check::order,
         "who unlocks reserves the lock for the next in the queue"           },
        {m::reservation_never_stale,
         "reservation_never_stale",    s::broken_connections,
         check::not_to_be_had,
         "a reservation may be passed over when it is old"                   },
        {m::dead_reservation_counts,
         "dead_reservation_counts",    s::any,
         check::blocked_by_dead,
         "a reservation for a dead process counts as none"                   },
        {m::token_stands_still,
         "token_stands_still",         s::any,
         check::fencing,
         "the token grows with every change of owner"                        },
        {m::tickets_start_low,
         "tickets_start_low",          s::lost_files,
         check::low_ticket,
         "the tickets of a fresh record start at the present time"           },
        {m::lower_ticket_kept,
         "lower_ticket_kept",          s::lost_files,
         check::overtaken,
         "who looks raises the next ticket above its own"                    },
        {m::nobody_follows_tail,
         "nobody_follows_tail",        s::any,
         check::ticket_order,
         "who enters the queue attaches to its tail"                         },
        {m::tail_not_cleared,
         "tail_not_cleared",           s::any,
         check::stale_tail,
         "the holder is not the tail"                                        },
        {m::next_is_the_last,
         "next_is_the_last",           s::any,
         check::order,
         "of the attached successors that with the lowest ticket is the next"},
        {m::parked_overlooked,
         "parked_overlooked",          s::unreachable,
         check::order,
         "the parked waiter has its turn by its ticket, too"                 },
        {m::no_parking,
         "no_parking",                 s::unreachable,
         check::overtaken,
         "who cannot attach stands in the record"                            },
        {m::stale_parked_kept,
         "stale_parked_kept",          s::unreachable,
         check::held_up,
         "who passes a reservation over clears that claim's place"           },
        {m::ticket_lost_on_look,
         "ticket_lost_on_look",        s::any,
         check::order,
         "who looks keeps its ticket"                                        },
        {m::dead_successor_kept,
         "dead_successor_kept",        s::any,
         check::order,
         "a successor whose connection ended is forgotten"                   },
        {m::look_not_sent,
         "look_not_sent",              s::any,
         check::stuck,
         "whoever waits on a claim that is over is told to look"             },
        {m::look_not_sent_when_over,
         "look_not_sent_when_over",    s::any,
         check::stuck,
         "so is who attaches to a claim that is over"                        },
        {m::look_not_sent_to_the_late,
         "look_not_sent_to_the_late",  s::any,
         check::stuck,
         "so is who attached during the last transaction"                    },
        {m::look_sent_to_early,
         "look_sent_to_early",         s::any,
         check::told_too_early,
         "who leaves tells its successors after its last transaction"        },
        {m::end_of_stream_ignored,
         "end_of_stream_ignored",      s::any,
         check::stuck,
         "a connection that ends makes the waiter look"                      },
        {m::refusal_ignored,
         "refusal_ignored",            s::any,
         check::stuck,
         "so does one that cannot be made"                                   },
        {m::end_after_detach_ignored,
         "end_after_detach_ignored",   s::any,
         check::stuck,
         "so does one that ends before it has answered a detach"             },
        {m::no_parking_when_refused,
         "no_parking_when_refused",    s::broken_connections,
         check::spinning,
         "who is turned away twice parks"                                    },
        {m::waits_in_a_circle,
         "waits_in_a_circle",          s::unreachable,
         check::circle,
         "nobody waits on a waiting claim that has a higher ticket"          },
        {m::attachment_numbers_ignored,
         "attachment_numbers_ignored", s::any,
         check::left_unsaid,
         "messages of earlier attachments are ignored"                       },
        {m::place_told_once,
         "place_told_once",            s::any,
         check::place,
         "a successor is told whenever its place as the first changes"       },
        {m::abandonment_lost,
         "abandonment_lost",           s::any,
         check::stuck,
         "a claim that nobody waits for is ended"                            },
        {m::no_last_transaction,
         "no_last_transaction",        s::crowded,
         check::left_behind,
         "a cancelled claim ends with a transaction"                         },
        {m::not_passed_on,
         "not_passed_on",              s::any,
         check::order,
         "that passes on what is reserved for it"                            },
        {m::no_detach,
         "no_detach",                  s::crowded,
         check::left_behind,
         "before that it waits for a last word"                              },
        {m::transaction_not_replaced,
         "transaction_not_replaced",   s::any,
         check::orphan,
         "a transaction replaces one that waits for the guard"               },
        {m::contended_not_told,
         "contended_not_told",         s::any,
         check::contended,
         "the holder is told of its successors"                              },
        {m::no_safety_net,
         "no_safety_net",              s::half_open,
         check::stuck,
         "a waiter looks at the record from time to time"                    },
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
    if (mutation_ == mutation::none)
        return decide(r, q, proof);

    if (claim.has_snapshot)
    {
        r = claim.snapshot;
        claim.has_snapshot = false;
    }
    const record before = r;
    const bool gives_up = q.what == intent::release || q.what == intent::leave;
    if (is_mutant(mutation::next_is_the_last) && q.successor)
        q.successor->who = claim.machine.successors().back().who;
    if (is_mutant(mutation::release_unchecked) && q.what == intent::release)
        r.holder = q.self.who;
    if (is_mutant(mutation::restore_unchecked) && q.what == intent::restore)
        r.holder = q.self.who;
    if (is_mutant(mutation::reservation_never_stale) && r.next)
        r.next->since = microseconds(q.now);
    if (is_mutant(mutation::parked_overlooked) && gives_up)
        r.parked.reset();
    if (is_mutant(mutation::no_parking) && q.what == intent::park)
        q.what = intent::look;
    if (is_mutant(mutation::lower_ticket_kept))
        q.ticket.reset();
    if (is_mutant(mutation::not_passed_on) && q.what == intent::leave && r.next &&
        r.next->who == q.self.who)
        q.successor.reset();

    decision v = is_mutant(mutation::dead_reservation_counts)
                     ? decide(
                           r,
                           q,
                           [&](const claim_ref& p) {
                               const bool is_reserved = !r.holder && r.next && r.next->who == p;
                               return is_reserved ? liveness::alive : proof(p);
                           }
                       )
                     : decide(r, q, proof);

    if (is_mutant(mutation::token_stands_still))
        r.fencing_token = std::max<std::uint64_t>(before.fencing_token, 1);
    if (is_mutant(mutation::nobody_follows_tail) && v.what == outcome::enqueued)
        v.attach_to = v.blocker;
    if (is_mutant(mutation::tail_not_cleared) && !r.tail)
        r.tail = before.tail;
    if (is_mutant(mutation::stale_parked_kept) && v.what == outcome::acquired && before.parked &&
        !(before.parked->who == q.self.who))
        r.parked = before.parked;
    if (is_mutant(mutation::tickets_start_low) && before.next_ticket == 0 && r.next_ticket != 0)
        r.next_ticket = 1;
    if (is_mutant(mutation::no_reservation))
        r.next.reset();
    if (is_mutant(mutation::granted_by_another) && v.reserved_for)
    {
        r.holder = v.reserved_for;
        r.next.reset();
    }
    return v;
}

// True if the action is not to be done.
bool world::mutate_action(std::size_t c, claim_action& action)
{
    using kind = claim_action::kind;
    simulated_claim& claim = claims_[c];
    const bool leaves = action.what == kind::transact && action.to == intent::leave;
    const bool gives_up = leaves || (action.what == kind::transact && action.to == intent::release);
    switch (mutation_)
    {
    case mutation::no_last_transaction:
        if (!leaves)
            return false;
        {
            transaction_result result;
            result.decided.what = outcome::left;
            claim.machine.transacted(result);
        }
        touch(c);
        return true;
    case mutation::no_detach:
        if (action.what != kind::say_detach)
            return false;
        claim.machine.detached(claim.predecessor_number);
        touch(c);
        return true;
    case mutation::transaction_not_replaced:
        return action.what == kind::transact && claim.transaction.has_value();
    case mutation::no_safety_net:
        return action.what == kind::start_timer &&
               (claim.machine.phase() == claim_phase::attached ||
                claim.machine.phase() == claim_phase::detaching);
    case mutation::contended_not_told:
        return action.what == kind::notify_contended;
    case mutation::place_told_once:
        return action.what == kind::say_attached &&
               std::exchange(claim.early_link, std::max(claim.early_link, action.link)) >=
                   action.link;
    case mutation::look_not_sent_to_the_late:
        if (gives_up)
            claim.early_link = last_link_;
        return false;
    case mutation::look_sent_to_early:
        if (action.what == kind::say_attached && claim.machine.is_abandoned())
        {
            action.what = kind::say_look;
            claim.machine.successor_ended(action.link);
        }
        return false;
    default:
        return false;
    }
}

}  // namespace simulation
