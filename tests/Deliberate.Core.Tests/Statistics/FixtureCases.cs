using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Core.Tests;

/// <summary>Goes through the golden values of a file and says how many there were.</summary>
internal static class FixtureCases
{
    /// <summary>Runs every case of a file; a check returns false where the file's case has no counterpart here.</summary>
    public static void Cases(string folder, string file, Func<JsonElement, JsonElement, Closeness, bool> check)
    {
        var root = SharedFolder.Json("fixtures", folder, file);
        var tolerance = root.GetProperty("meta").GetProperty("tolerance").GetDouble();
        int run = 0, all = 0;
        foreach (var one in root.GetProperty("cases").EnumerateArray())
        {
            var closeness = new Closeness(tolerance, one.GetProperty("name").GetString()!);
            all++;
            if (check(one.GetProperty("inputs"), one.GetProperty("expected"), closeness)) run++;
        }

        Console.WriteLine($"{folder}/{file}: {run} of {all} cases");
        run.ShouldBe(all);
    }

    public static bool IsError(JsonElement expected) => expected.TryGetProperty("error", out _);

    public static bool Refuses(Action action)
    {
        Should.Throw<ArgumentException>(action);
        return true;
    }

    public static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];

    public static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];
}

/// <summary>Compares with a golden value, relative to max(1, |expected|); a null must be null.</summary>
internal sealed record Closeness(double Tolerance, string Name)
{
    public void Check(double? actual, JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            actual.ShouldBeNull(Name);
            return;
        }

        actual.ShouldNotBeNull(Name);
        if (expected.ValueKind == JsonValueKind.String)
        {
            actual.Value.ShouldBe(expected.GetString() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, _ => double.NegativeInfinity }, Name);
            return;
        }

        var value = expected.GetDouble();
        actual.Value.ShouldBe(value, Tolerance * Math.Max(1, Math.Abs(value)), Name);
    }

    public void Check(Interval? actual, JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            actual.ShouldBeNull(Name);
            return;
        }

        Check(actual?.Low, expected[0]);
        Check(actual?.High, expected[1]);
    }
}
