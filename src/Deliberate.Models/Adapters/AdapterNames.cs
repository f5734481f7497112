namespace Deliberate.Models;

/// <summary>
/// What PEFT calls the tensors of an adapter: <c>base_model.model.</c>, the module's path, then <c>.lora_A.weight</c> [rank, inputs],
/// <c>.lora_B.weight</c> [outputs, rank], DoRA's <c>.lora_magnitude_vector</c> [outputs]; of a module that is saved whole, <c>.weight</c>.
/// </summary>
internal static class AdapterNames
{
    public const string Prefix = "base_model.model.", DownSuffix = ".lora_A.weight", UpSuffix = ".lora_B.weight", MagnitudeSuffix = ".lora_magnitude_vector", WeightSuffix = ".weight";

    public static string Down(string module) => Prefix + module + DownSuffix;

    public static string Up(string module) => Prefix + module + UpSuffix;

    public static string Magnitude(string module) => Prefix + module + MagnitudeSuffix;

    /// <summary>Of a parameter of the base that is saved whole.</summary>
    public static string Saved(string parameter) => Prefix + parameter;

    /// <summary>The module that a parameter is the weight of.</summary>
    public static string ModuleOf(string parameter) => parameter.EndsWith(WeightSuffix, StringComparison.Ordinal) ? parameter[..^WeightSuffix.Length] : parameter;
}
