// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The time for a lock, and its memory, while a process holds 1 to 10,000 of them.

#include <socketlock/process_lock.hpp>

#include <boost/asio/io_context.hpp>

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <malloc.h>
#include <memory>

#include "groups.hpp"
#include "shared_memory.hpp"

namespace bench {

namespace {

constexpr std::array<unsigned, 5> sizes{1, 10, 100, 1000, 10000};
constexpr std::size_t most_samples = 5000;

/// What a process found out.
struct findings
{
    struct population
    {
        std::uint32_t count;
        std::array<nanoseconds, most_samples> samples;
        double heap_per_lock;
        double descriptors;
    };

    std::array<population, sizes.size()> of;
};

double heap_in_use()
{
    const struct ::mallinfo2 info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

double open_descriptors()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    // But for the iterator's own.
    return static_cast<double>(std::distance(begin(all), end(all)) - 1);
}

/// Times `lock` for so many new locks, as often as it takes; the lock files are there already.
template <class Holder>
void measure_population(unsigned size, bool quick, findings::population& found, Holder make)
{
    const unsigned wanted = quick ? 100 : 400;
    const unsigned repetitions = std::max(1U, wanted / size);
    found.count = 0;
    for (unsigned i = 0; i < repetitions; ++i)
    {
        const double heap_before = heap_in_use();
        {
            auto holder = make(size);
            for (unsigned k = 0; k < size; ++k)
            {
                const nanoseconds begin = now();
                // Other files each time: none is open from the last time.
                holder->lock(i * size + k);
                const nanoseconds took = now() - begin;
                // With many, only the second half says what it costs to have many.
                if (k >= size / 2 && found.count < most_samples)
                    found.samples[found.count++] = took;
            }
            found.heap_per_lock = (heap_in_use() - heap_before) / size;
            found.descriptors = open_descriptors();
        }
    }
}

std::string name_of(unsigned k)
{
    return "many" + std::to_string(k);
}

class own_holder
{
public:
    own_holder(boost::asio::io_context& context, const std::string& directory, unsigned size)
        : context_(context)
    {
        options_.lock_dir = directory;
        locks_.reserve(size);
    }

    void lock(unsigned k) { locks_.emplace_back(context_, name_of(k), options_).lock(); }

private:
    boost::asio::io_context& context_;
    socketlock::lock_options options_;
    std::vector<socketlock::process_lock> locks_;
};

/// The same with the system calls alone: what remains is the record.
class bare_holder
{
public:
    explicit bare_holder(std::string directory) : directory_(std::move(directory)) {}

    void lock(unsigned k)
    {
        const std::string path = directory_ + "/." + name_of(k) + ".lock";
        const descriptor fd(
            checked(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), "open")
        );
        struct ::stat s
        {
        };
        ::fstat(fd.get(), &s);
        struct ::flock how
        {
        };
        how.l_type = F_WRLCK;
        checked(::fcntl(fd.get(), F_OFD_SETLK, &how), "lock");
        checked(::lstat(path.c_str(), &s), "lstat");
        std::array<char, 4097> record{};
        checked(::pread(fd.get(), record.data(), 4097, 0), "read");
        checked(::pwrite(fd.get(), record.data(), 4096, 0), "write");
        how.l_type = F_UNLCK;
        checked(::fcntl(fd.get(), F_OFD_SETLK, &how), "unlock");
    }

private:
    std::string directory_;
};

void measure_own(const std::string& directory, bool quick, findings& found)
{
    boost::asio::io_context context;
    // Keeps alive what a process has once.
    own_holder first(context, directory, 1);
    first.lock(1000000);
    own_holder(context, directory, sizes.back()).lock(0);
    {
        own_holder all(context, directory, sizes.back());
        for (unsigned k = 0; k < sizes.back(); ++k)
            all.lock(k);
    }
    for (std::size_t i = 0; i < sizes.size(); ++i)
        measure_population(sizes[i], quick, found.of[i], [&](unsigned size) {
            return std::make_unique<own_holder>(context, directory, size);
        });
}

void measure_bare(const std::string& directory, bool quick, findings& found)
{
    for (unsigned k = 0; k < sizes.back(); ++k)
        bare_holder(directory).lock(k);
    for (std::size_t i = 0; i < sizes.size(); ++i)
        measure_population(sizes[i], quick, found.of[i], [&](unsigned) {
            return std::make_unique<bare_holder>(directory);
        });
}

using measure_function = void (*)(const std::string&, bool, findings&);

void measure(
    const setting& s,
    const place& where,
    const std::string& name,
    measure_function how,
    results& out
)
{
    const shared_memory<findings> found;
    const std::string directory = where.directory + "/many-" + name;
    std::filesystem::create_directory(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    child process([&] { how(directory, s.quick, *found); });
    const bool succeeded = process.join_until(now() + 60000_ms);
    for (std::size_t i = 0; i < sizes.size(); ++i)
    {
        const auto& of = found->of[i];
        row r;
        r.in = group::growth_locks;
        r.peer = name;
        r.place = where.name;
        r.size = sizes[i];
        r.times = summarize({of.samples.begin(), of.samples.begin() + of.count});
        if (name == own)
            r.more = {
                {"heap_bytes_per_lock", of.heap_per_lock},
                {"descriptors",         of.descriptors  },
            };
        if (!succeeded)
            r.remark = "failed";
        out.add(std::move(r));
    }
}

}  // namespace

void measure_growth_of_locks(const setting& s, results& out)
{
    for (const place& where : s.places)
    {
        measure(s, where, bare, measure_bare, out);
        measure(s, where, own, measure_own, out);
    }
}

}  // namespace bench
