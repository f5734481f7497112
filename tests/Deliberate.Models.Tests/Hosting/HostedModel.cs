using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>A folder with a small random model that thinks: <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c> are tokens of its own, texts end with <c>&lt;|end|&gt;</c>.</summary>
public sealed class HostedModel : IDisposable
{
    private const string Template =
        "{% for m in messages %}<|{{ m.role }}|>{% if m.reasoning_content %}<think>\n{{ m.reasoning_content }}\n</think>\n\n{% endif %}{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}";

    private readonly TemporaryFolder _folder = new();

    public HostedModel()
        : this(512)
    {
    }

    /// <param name="positions">Its context.</param>
    internal HostedModel(int positions)
    {
        var tokenizer = BpeTrainer.Train(["the and of to in that is was for it"], 300, ["<|end|>", "<think>", "</think>"]);
        End = tokenizer.TokenToId("<|end|>");
        using var device = Device.Cpu(1);
        using var model = TinyModel.Make(device, Configuration(tokenizer) with { MaxPositions = positions });
        ModelWriter.Write(Folder, model, new TextFormat(tokenizer)
        {
            ChatTemplate = ChatTemplate.Parse(Template, "test"),
            SpecialTokens = [new("eos_token", "<|end|>")],
            Generation = new GenerationConfiguration { DoSample = true, Temperature = 1, EosTokenIds = [End] },
            StopIds = [End],
        });
    }

    public string Folder => _folder.Path;

    public int End { get; }

    public TextModel Open(ModelHostOptions? hosting = null) => TextModel.Open(Folder, threads: 2, hosting: hosting);

    public void Dispose() => _folder.Dispose();

    internal static ModelConfiguration Configuration(Tokenizer tokenizer) => new()
    {
        Architecture = "llama",
        VocabularySize = tokenizer.VocabularySize,
        HiddenSize = 48,
        IntermediateSize = 72,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadSize = 12,
        MaxPositions = 512,
        TieWordEmbeddings = true,
        EosTokenIds = [tokenizer.TokenToId("<|end|>")],
    };
}
