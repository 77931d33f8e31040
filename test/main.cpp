// Copyright (c) 2026 The socketlock authors
// SPDX-License-Identifier: BSL-1.0

// The main function of every Boost.Test executable. Written out, since the macro that would write
// it has to come before a header that is precompiled.

#include <boost/test/unit_test.hpp>

int main(int argc, char* argv[])
{
    const auto initialise = [] {
        boost::unit_test::framework::master_test_suite().p_name.value = "socketlock";
        return true;
    };
    return boost::unit_test::unit_test_main(initialise, argc, argv);
}
