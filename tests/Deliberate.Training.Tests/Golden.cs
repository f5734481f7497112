using System.Globalization;
using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>Reads files of golden values: cases, numbers (NaN and infinities are strings), and compares to a stated tolerance.</summary>
internal static class Golden
{
    public static (JsonElement[] Cases, double Tolerance, JsonElement Meta) Read(params string[] path)
    {
        var root = SharedFolder.Json(path);
        var meta = root.GetProperty("meta");
        return ([.. root.GetProperty("cases").EnumerateArray()], meta.GetProperty("tolerance").GetDouble(), meta);
    }

    public static string Name(this JsonElement element) => element.GetProperty("name").GetString()!;

    public static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static double Number(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => double.Parse(element.GetString()!, CultureInfo.InvariantCulture),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => element.GetDouble(),
    };

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).Number();

    public static double[] Numbers(this JsonElement element) => [.. element.EnumerateArray().Select(Number)];

    public static double[] Numbers(this JsonElement element, string name) => element.Get(name) is { } value ? value.Numbers() : [];

    public static int[] Integers(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    /// <summary>Rows one after the other.</summary>
    public static double[] Rows(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().SelectMany(row => row.Numbers())];

    public static int[] Offsets(IEnumerable<int> lengths)
    {
        var offsets = new List<int> { 0 };
        foreach (var length in lengths) offsets.Add(offsets[^1] + length);
        return [.. offsets];
    }

    public static void Close(double actual, double expected, double tolerance, string what)
    {
        if (double.IsNaN(expected)) double.IsNaN(actual).ShouldBeTrue($"{what}: {actual}, expected NaN");
        else if (double.IsInfinity(expected)) actual.ShouldBe(expected, what);
        else Math.Abs(actual - expected).ShouldBeLessThanOrEqualTo(tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: {actual:R}, expected {expected:R}");
    }

    public static void Close(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, double tolerance, string what)
    {
        actual.Length.ShouldBe(expected.Length, what);
        for (var i = 0; i < actual.Length; i++) Close(actual[i], expected[i], tolerance, $"{what}[{i}]");
    }

    public static void Report(string what, int cases) => TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {cases} cases");
}
