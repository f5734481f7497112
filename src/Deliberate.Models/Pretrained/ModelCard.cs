using System.Globalization;
using System.Text;

namespace Deliberate.Models;

/// <summary>README.md of a model that this program wrote: what hubs read at its head (licence, base model, library), and in words what it is and how it is opened.</summary>
internal static class ModelCard
{
    public const string FileName = "README.md";

    private const string FormatKey = "deliberate";
    private const string BaseKey = "deliberate_base";
    private const string HubBaseKey = "base_model";
    private const string WeightsKey = "deliberate_base_sha256";

    /// <summary>What a folder's card says of the base; null where the card is not one of these.</summary>
    public static (string? BaseName, string? BaseWeights)? Read(string folder)
    {
        if (ModelFolder.Find(folder, FileName) is not { } card || ModelLicence.HeadOf(card, FormatKey) is null) return null;
        return (ModelLicence.HeadOf(card, HubBaseKey) ?? ModelLicence.HeadOf(card, BaseKey), ModelLicence.HeadOf(card, WeightsKey));
    }

    public static void Write(string folder, ModelConfiguration configuration, TextFormat text, FileStorage storage)
    {
        var (heritage, architecture) = (text.Heritage, Architecture.Named(configuration.Architecture));
        var card = new StringBuilder("---\n");
        if (heritage?.Licence is { } licence) card.Append(CultureInfo.InvariantCulture, $"license: {Scalar(licence)}\n");
        var name = heritage?.BaseName;
        // Hubs take base_model for a name of theirs.
        if (name is not null) card.Append(CultureInfo.InvariantCulture, $"{(name.Contains('/', StringComparison.Ordinal) ? HubBaseKey : BaseKey)}: {Scalar(name)}\n");
        if (heritage?.BaseWeights is { } weights) card.Append(CultureInfo.InvariantCulture, $"{WeightsKey}: {weights}\n");
        card.Append(CultureInfo.InvariantCulture, $"library_name: transformers\npipeline_tag: text-generation\n{FormatKey}: 1\ntags:\n- deliberate\n---\n\n");
        var kind = configuration.OutputHead is null ? "A language model" : "A model with a head of its own";
        card.Append(CultureInfo.InvariantCulture, $"{kind} of the {architecture.Name} architecture ({architecture.ClassName}): {ParameterNames.Count(configuration):N0} parameters in {configuration.LayerCount} layers, stored as {storage}; contexts of {configuration.MaxPositions:N0} tokens.\n\n");
        if (heritage is not null && name is not null)
        {
            card.Append(CultureInfo.InvariantCulture, $"Made with Deliberate from {name}{(heritage.BaseWeights is { } hash ? $" (SHA-256 of its weights by value: `{hash}`)" : "")}.");
            card.Append(heritage.Licence is { } said ? $" Its licence is {said}." : " Its files say nothing of a licence.");
            if (heritage.Files.Any(f => f.Key == ModelHeritage.BaseCard)) card.Append($" What its makers say of it: [{ModelHeritage.BaseCard}]({ModelHeritage.BaseCard}).");
            card.Append("\n\n");
        }
        else
        {
            card.Append("Made with Deliberate, from random weights.\n\n");
        }

        card.Append("```\ndeliberate chat FOLDER\n```\n");
        File.WriteAllText(Path.Combine(folder, FileName), card.ToString());
    }

    /// <summary>A value of YAML on one line.</summary>
    private static string Scalar(string value) => value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/') ? value : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
