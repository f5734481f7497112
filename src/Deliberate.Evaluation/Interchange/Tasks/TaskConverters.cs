using Deliberate.Core;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>Another program's tasks, read as ours.</summary>
/// <param name="Name">Of the program.</param>
/// <param name="Fits">Whether a file's top section is one of its.</param>
/// <param name="Convert">Reads it.</param>
internal sealed record TaskConverter(string Name, Func<YamlNode, bool> Fits, Func<YamlTree, ConversionOptions, IReadOnlyList<ConvertedTask>> Convert);

/// <summary>What a user says of a conversion besides the file.</summary>
/// <param name="Data">A file of documents instead of those on a hub; null for what the task names.</param>
/// <param name="Examples">A file of documents that worked examples are taken from; null for what the task names.</param>
/// <param name="ByLetter">Whether choices are asked for by letter instead of being told by their likelihoods.</param>
internal sealed record ConversionOptions(string? Data = null, string? Examples = null, bool ByLetter = false);

/// <summary>The one visible list of programs whose task files are converted. To add one: copy the nearest file, change it, add its line here.</summary>
internal static class TaskConverters
{
    public static IReadOnlyList<TaskConverter> All { get; } =
    [
        new("promptfoo", PromptfooConverter.Fits, (tree, _) => PromptfooConverter.Convert(tree)),
        new("PyRIT", PyritConverter.Fits, (tree, _) => PyritConverter.Convert(tree)),
        new("lm-evaluation-harness", HarnessConverter.Fits, HarnessConverter.Convert),
    ];

    /// <exception cref="UserError">It is of none of them, or cannot be a task of ours.</exception>
    public static (string Program, IReadOnlyList<ConvertedTask> Tasks) Read(string path, ConversionOptions options)
    {
        var tree = YamlTree.Read(path);
        var converter = All.FirstOrDefault(c => c.Fits(tree.Root))
            ?? throw new UserError($"This is no task file of {string.Join(", ", All.Select(c => c.Name))}.", path, advice: "They are told by their keys: prompts with tests, prompts or seeds with values, task with doc_to_text.");
        return (converter.Name, converter.Convert(tree, options));
    }
}
