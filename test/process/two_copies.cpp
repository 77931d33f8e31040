// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// Two copies of the library in one process, as when a plug-in has one of its own. POSIX file locks
// belong to the process, so that the copies could take each other's away without noticing.

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <dlfcn.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

#include "executables.hpp"
#include "lock_directory.hpp"
#include "occupancy.hpp"
#include "peer.hpp"

using namespace test;
using socketlock::errc;

namespace {

/// The other copy, in a module; see copy/copy.cpp.
class other_copy
{
public:
    void (*const open)(const char* name, const char* directory);
    void (*const close)();
    int (*const try_lock)();
    int (*const unlock)();
    long (*const holder)();

    // A plug-in is loaded once, and stays.
    static const other_copy& get()
    {
        static const other_copy instance(::dlopen(library_copy_path().c_str(), RTLD_NOW));
        return instance;
    }

private:
    explicit other_copy(void* module)
        : open(find<decltype(open)>(module, "copy_open")),
          close(find<decltype(close)>(module, "copy_close")),
          try_lock(find<decltype(try_lock)>(module, "copy_try")),
          unlock(find<decltype(unlock)>(module, "copy_unlock")),
          holder(find<decltype(holder)>(module, "copy_holder"))
    {
    }

    template <class Function>
    static Function find(void* module, const char* name)
    {
        void* const symbol = module != nullptr ? ::dlsym(module, name) : nullptr;
        if (symbol == nullptr)
            throw std::runtime_error(::dlerror());
        return reinterpret_cast<Function>(symbol);
    }
};

/// This process's lock "x" by one copy and by the other.
struct two_copies_fixture
{
    two_copies_fixture() { b.open("x", directory.path().c_str()); }
    ~two_copies_fixture() { b.close(); }

    socketlock::lock_options options() const
    {
        socketlock::lock_options result;
        result.lock_dir = directory.path();
        return result;
    }

    const lock_directory directory;
    boost::asio::io_context context;
    socketlock::process_lock a{context, "x", options()};
    const other_copy& b = other_copy::get();
    peer outsider = peer_with_lock(directory.path());
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(two_copies, two_copies_fixture)

BOOST_AUTO_TEST_CASE(one_copy_cannot_take_what_the_other_holds)
{
    BOOST_TEST(a.try_lock());
    BOOST_TEST(b.try_lock() == 0);
    BOOST_TEST(b.holder() == ::getpid());
    BOOST_TEST(b.unlock() == -static_cast<int>(errc::not_owner));
    BOOST_TEST(a.owns_lock());
    BOOST_TEST(outsider.ask("try 1") == "no");
    a.unlock();

    BOOST_TEST(b.try_lock() == 1);
    BOOST_TEST(!a.try_lock());
    BOOST_TEST(a.holder()->pid == ::getpid());
    BOOST_TEST(outsider.ask("try 1") == "no");
    BOOST_TEST(b.unlock() == 0);
    BOOST_TEST(outsider.ask("try 1") == "yes");
    BOOST_TEST(!a.try_lock());
    BOOST_TEST(b.try_lock() == 0);
}

BOOST_AUTO_TEST_CASE(what_one_copy_does_leaves_the_others_proof_of_life_alone)
{
    BOOST_TEST(a.try_lock());
    for (int i = 0; i < 20; ++i)
    {
        // Starts that copy's runtime, which looks through the directory, and ends it again.
        b.open("x", directory.path().c_str());
        BOOST_TEST(b.try_lock() == 0);
        BOOST_TEST(b.holder() == ::getpid());
        b.open("y", directory.path().c_str());
        BOOST_TEST(b.try_lock() == 1);
        BOOST_TEST(outsider.ask("try 1") == "no");
        BOOST_TEST(b.unlock() == 0);
        b.close();
        BOOST_TEST(outsider.ask("try 1") == "no");
        BOOST_TEST(a.holder().has_value());
    }
    BOOST_TEST(a.owns_lock());
    a.unlock();
    BOOST_TEST(outsider.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_lock_outlives_the_other_copys_runtime)
{
    BOOST_TEST(b.try_lock() == 1);
    {
        socketlock::process_lock other(context, "y", options());
        BOOST_TEST(other.try_lock());
    }
    BOOST_TEST(!a.try_lock());
    BOOST_TEST(outsider.ask("try 1") == "no");
    BOOST_TEST(b.unlock() == 0);
    BOOST_TEST(outsider.ask("try 1") == "yes");
}

BOOST_AUTO_TEST_CASE(a_damaged_record_is_not_healed_while_the_other_copy_lives)
{
    BOOST_TEST(a.try_lock());
    write_file(directory / ".y.lock", "[]");
    b.open("y", directory.path().c_str());
    BOOST_TEST(b.try_lock() == -static_cast<int>(errc::corrupt_record));
    BOOST_TEST(contents_of(directory / ".y.lock") == "[]");
    BOOST_TEST(outsider.ask("try 1") == "no");
    a.unlock();
}

BOOST_AUTO_TEST_CASE(the_copies_and_others_never_hold_at_the_same_time)
{
    static constexpr int cycles = 300;
    const std::string file = directory / "room";
    occupancy room(file);
    const std::string cycle = "cycle 1 " + std::to_string(cycles) + ' ' + file;
    outsider.send(cycle);
    int violations_of_b = 0;
    std::thread other([&] {
        for (int i = 0; i < cycles; ++i)
        {
            while (b.try_lock() != 1)
                std::this_thread::yield();
            violations_of_b += room.visit(2);
            b.unlock();
        }
    });
    int violations_of_a = 0;
    for (int i = 0; i < cycles; ++i)
    {
        while (!a.try_lock())
            std::this_thread::yield();
        violations_of_a += room.visit(1);
        a.unlock();
    }
    other.join();
    BOOST_TEST(outsider.answer() == "0");
    BOOST_TEST(violations_of_a == 0);
    BOOST_TEST(violations_of_b == 0);
    BOOST_TEST(room.visits() == 3 * cycles);
}

BOOST_AUTO_TEST_SUITE_END()
