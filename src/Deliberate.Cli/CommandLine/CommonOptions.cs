using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>The options that several commands have, each made anew for its command.</summary>
internal static class CommonOptions
{
    public static Option<string[]> Set() => new("--set")
    {
        HelpName = "key=value",
        Description = "Override a key of the recipe, for example --set reinforcement.steps=100. May be given several times; the last one wins.",
        DefaultValueFactory = _ => [],
    };

    public static Option<string[]> Stop() => new("--stop")
    {
        HelpName = "text",
        Description = "End an answer where it comes to this text, which is not shown; not while the model thinks. May be given several times.",
        DefaultValueFactory = _ => [],
    };

    public static Option<int> Threads() => Whole("--threads", "Worker threads; 0 for one a core. The results do not depend on it.", 0, 0, 1024);

    public static Option<string> Device() => new("--device")
    {
        HelpName = "cpu|gpu",
        Description = "What computes: cpu, or gpu for the first graphics card that was found (gpu:cuda, gpu:opencl: that driver's; gpu:emulated: slow, to try it without a card). deliberate doctor lists the cards.",
        DefaultValueFactory = _ => GraphicsChoice.Cpu,
        CustomParser = result => One(result) is var choice && GraphicsChoice.All.Contains(choice, StringComparer.Ordinal) ? choice : WrongDevice(result, choice),
    };

    public static Option<bool> Json(string what) => new("--json") { Description = $"Write {what} as JSON to standard output." };

    public static Option<ulong> Seed(ulong value = 1) => new("--seed")
    {
        HelpName = "number",
        Description = "Seed of everything random: the same seed gives the same result.",
        DefaultValueFactory = _ => value,
        CustomParser = result => ulong.TryParse(One(result), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : Wrong<ulong>(result, "a whole number from 0"),
    };

    public static Option<int> Whole(string name, string description, int value, int least, int most = int.MaxValue) => new(name)
    {
        HelpName = "number",
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = result => WholeOf(result, least, most),
    };

    /// <summary>Null where it is not given.</summary>
    public static Option<int?> OptionalWhole(string name, string description, int least, int most = int.MaxValue) => new(name)
    {
        HelpName = "number",
        Description = description,
        CustomParser = result => WholeOf(result, least, most),
    };

    public static Option<double> Real(string name, string description, double value, double least, double most) => new(name)
    {
        HelpName = "number",
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = result => RealOf(result, least, most),
    };

    /// <summary>Null where it is not given.</summary>
    public static Option<double?> OptionalReal(string name, string description, double least, double most) => new(name)
    {
        HelpName = "number",
        Description = description,
        CustomParser = result => RealOf(result, least, most),
    };

    /// <summary>A number of bytes, plain or with a unit; null where it is not given.</summary>
    public static Option<long?> OptionalBytes(string name, string description) => new(name)
    {
        HelpName = "size",
        Description = description,
        CustomParser = result => Quantity.TryParseBytes(One(result), out var bytes) && bytes > 0 ? bytes : Wrong<long>(result, "a size such as 800MB, 2GiB, or a number of bytes"),
    };

    private static int WholeOf(ArgumentResult result, int least, int most) =>
        int.TryParse(One(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : Wrong<int>(result, most == int.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}");

    private static double RealOf(ArgumentResult result, double least, double most) =>
        double.TryParse(One(result), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : Wrong<double>(result, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));

    private static string One(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static string WrongDevice(ArgumentResult result, string choice)
    {
        result.AddError($"--device: \"{choice}\" is none of {string.Join(", ", GraphicsChoice.All)}.");
        return GraphicsChoice.Cpu;
    }

    private static T Wrong<T>(ArgumentResult result, string wanted)
        where T : struct
    {
        var option = (result.Parent as OptionResult)?.Option.Name ?? "The value";
        result.AddError($"{option}: \"{One(result)}\" is not {wanted}.");
        return default;
    }
}
