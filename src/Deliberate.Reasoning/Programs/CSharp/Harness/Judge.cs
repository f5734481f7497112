using System;

namespace Deliberate.Harness
{
    /// <summary>What tests call.</summary>
    public static class Judge
    {
        public static bool Holds(Func<bool> test) => test();

        public static bool Holds(Action test)
        {
            test();
            return true;
        }

        public static void Assert(bool holds, string? message = null)
        {
            if (!holds) throw new TestFailed(message ?? "what it asserts is false");
        }
    }

    public sealed class TestFailed(string message) : Exception(message);
}
