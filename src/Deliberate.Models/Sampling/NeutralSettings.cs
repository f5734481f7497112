namespace Deliberate.Models;

/// <summary>
/// The ways of spelling "off": transformers and llama.cpp take a top-k of 0 for it, vLLM and llama.cpp also -1; a share of
/// probability of 0, which keeps nothing, stands for it in files of several makers beside the usual 1.
/// </summary>
internal static class NeutralSettings
{
    /// <summary>A number of tokens, of which 0 means that there is no such rule.</summary>
    public static int? NoneBelow0(int? value) => value < 0 ? 0 : value;

    /// <summary>A share of the probability, of which 1 keeps all, or a factor, of which 1 changes nothing.</summary>
    public static double? OneFor0(double? value) => value == 0 ? 1 : value;
}
