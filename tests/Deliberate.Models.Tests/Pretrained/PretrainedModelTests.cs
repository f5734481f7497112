using System.Text;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class PretrainedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_gives_every_part_and_where_it_came_from()
    {
        var folder = FixtureModels.Folder("llama");
        using var model = PretrainedModel.Open(folder);
        string In(string name) => Path.Combine(folder, name);
        model.Name.ShouldBe("llama");
        model.Configuration.ShouldBe(ModelConfiguration.Load(folder));
        model.Text.Tokenizer.VocabularySize.ShouldBe(320);
        model.Text.ChatTemplate!.Source.ShouldBe(File.ReadAllText(In("chat_template.jinja")));
        model.Text.SpecialTokens.ShouldBe([new("bos_token", "<|bos|>"), new("eos_token", "<|im_end|>"), new("pad_token", "<|pad|>")]);
        model.Text.Generation.ShouldBe(new GenerationConfiguration { BosTokenId = 5, EosTokenIds = [2], PadTokenId = 6 });
        model.Text.StopIds.ShouldBe([2]);
        model.Licence.ShouldBeNull();
        model.Origins.ShouldBe(new ModelOrigins(
            new(In("config.json")), new(In("model.safetensors")), new(In("tokenizer.json")), new(In("chat_template.jinja")), new(In("generation_config.json")), null));
        model.Files.Select(f => Path.GetFileName(f.Path)).ShouldBe(["model.safetensors", "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"]);
        model.Files[0].Bytes.ShouldBe(new FileInfo(In("model.safetensors")).Length);
        _folder.Write("abc", "abc");
        ModelFile.Of(_folder.File("abc")).Sha256().ShouldBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    [Fact]
    public void A_gguf_file_gives_every_part_and_the_key_it_came_from()
    {
        var path = FixtureModels.SmolLm2;
        using var model = PretrainedModel.Open(path);
        model.Name.ShouldBe("Smollm2 135M 8k Lc100K Mix1 Ep2");
        model.Text.Tokenizer.VocabularySize.ShouldBe(model.Configuration.VocabularySize);
        model.Text.SpecialTokens.ShouldBe([new("bos_token", "<|im_start|>"), new("eos_token", "<|im_end|>"), new("pad_token", "<|im_end|>"), new("unk_token", "<|endoftext|>")]);
        model.Text.StopIds.ShouldBe([2]);
        model.Text.Generation.EosTokenIds.ShouldBe([2]);
        model.Licence.ShouldBe(new ModelLicence("apache-2.0", new Origin(path, "general.license")));
        model.Origins.ShouldBe(new ModelOrigins(
            new(path, "general.architecture"), new(path), new(path, "tokenizer.ggml.pre"), new(path, "tokenizer.chat_template"), new(path, "tokenizer.ggml.eos_token_id"), model.Licence!.From));
        model.Files.ShouldBe([new ModelFile(path, 98_362_432)]);
        // Its folder holds no other.
        using var same = PretrainedModel.Open(Path.GetDirectoryName(path)!);
        same.Origins.ShouldBe(model.Origins);
    }

    [Fact]
    public void A_safetensors_file_opens_with_what_lies_beside_it()
    {
        using var model = PretrainedModel.Open(Path.Combine(FixtureModels.Folder("qwen2"), "model.safetensors"));
        model.Configuration.Architecture.ShouldBe("qwen2");
        model.Text.ChatTemplate.ShouldNotBeNull();
        using var sharded = PretrainedModel.Open(FixtureModels.Folder("llama_sharded"));
        sharded.Files.Count(f => f.Path.EndsWith(".safetensors", StringComparison.Ordinal)).ShouldBe(3);
        Says(Path.Combine(FixtureModels.Folder("llama_sharded"), "model-00001-of-00003.safetensors"), "Name the folder");
        Says(Copy("qwen2", "config.json"), "config.json");
        Says(Path.Combine(_folder.Path, "model.safetensors"), "config.json");
    }

    [Fact]
    public void A_gguf_file_without_an_ending_is_known_by_its_first_bytes()
    {
        var path = _folder.File("sha256-0123");
        File.Copy(FixtureModels.Gguf("qwen2.F32.gguf"), path);
        using var model = PretrainedModel.Open(path);
        model.Configuration.Architecture.ShouldBe("qwen2");
        _folder.Write("notes", "not a model");
        Says(_folder.File("notes"), "not a model that can be opened");
    }

    [Theory]
    [InlineData("""{"chat_template":"one"}""", null, "one", "chat_template")]
    [InlineData("""{"chat_template":[{"name":"tool_use","template":"tools"},{"name":"default","template":"plain"}]}""", null, "plain", "chat_template")]
    [InlineData("""{"chat_template":[{"name":"tool_use","template":"tools"}]}""", null, "tools", "chat_template")]
    [InlineData("""{"chat_template":"one"}""", "own file", "own file", null)]
    [InlineData("""{"chat_template":null}""", null, null, null)]
    [InlineData("""{"chat_template":[]}""", null, null, null)]
    [InlineData(null, null, null, null)]
    public void The_chat_template_is_found_wherever_it_is_kept(string? settings, string? file, string? expected, string? key)
    {
        if (settings is not null) _folder.Write("tokenizer_config.json", settings);
        if (file is not null) _folder.Write("chat_template.jinja", file);
        var read = TokenizerConfiguration.Load(_folder.Path);
        read.ChatTemplate?.Source.ShouldBe(expected);
        (read.ChatTemplate is null).ShouldBe(expected is null);
        read.TemplateOrigin?.Key.ShouldBe(key);
        read.TemplateOrigin?.File.ShouldBe(_folder.File(file is null ? "tokenizer_config.json" : "chat_template.jinja"));
    }

    [Theory]
    [InlineData("""{"chat_template":5}""", "chat_template")]
    [InlineData("""{"chat_template":[{"name":"default"}]}""", "chat_template[0].template")]
    [InlineData("""{"chat_template":["x"]}""", "chat_template[0]")]
    [InlineData("""{"eos_token":5}""", "eos_token")]
    [InlineData("""{"eos_token":{"content":5}}""", "eos_token.content")]
    public void A_tokenizer_configuration_that_lies_names_file_and_field(string settings, string field)
    {
        var path = _folder.Write("tokenizer_config.json", settings);
        var error = Should.Throw<UserError>(() => TokenizerConfiguration.Load(_folder.Path));
        (error.File, error.Field).ShouldBe((path, field));
    }

    [Fact]
    public void A_template_that_does_not_parse_names_file_key_and_line()
    {
        _folder.Write("tokenizer_config.json", """{"chat_template":"a\n{% if %}"}""");
        Should.Throw<UserError>(() => TokenizerConfiguration.Load(_folder.Path)).Message.ShouldStartWith(_folder.File("tokenizer_config.json") + ": chat_template:2: ");
        _folder.Write("chat_template.jinja", new byte[] { 0xFF });
        Should.Throw<UserError>(() => TokenizerConfiguration.Load(_folder.Path)).Message.ShouldContain("UTF-8");
    }

    [Fact]
    public void Special_tokens_may_be_objects_and_are_the_variables_of_the_template()
    {
        Copy("llama");
        File.Delete(_folder.File("chat_template.jinja"));
        _folder.Write("tokenizer_config.json", """{"bos_token":{"content":"<|bos|>","lstrip":false},"eos_token":"<|im_end|>","chat_template":"{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token is defined }}"}""");
        using var model = PretrainedModel.Open(_folder.Path);
        var chat = model.Text.Render(new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf(("user", "hi")) });
        chat.Text.ShouldBe("<|bos|>hi<|im_end|>False");
        model.Text.Encode(chat)[0].ShouldBe(5);
    }

    [Theory]
    [InlineData("[3, 4]", "[1]", "<|im_end|>", new[] { 3, 4, 2 })]
    [InlineData(null, "[1]", "<|im_end|>", new[] { 1, 2 })]
    [InlineData(null, "2", "<|im_end|>", new[] { 2 })]
    [InlineData(null, "null", "<|im_end|>", new[] { 2 })]
    [InlineData(null, "null", null, new int[0])]
    public void Texts_end_where_generation_configuration_configuration_or_tokenizer_say(string? generation, string configuration, string? token, int[] expected)
    {
        Copy("llama");
        File.Delete(_folder.File("generation_config.json"));
        // Its end of a turn would end texts too.
        File.Delete(_folder.File("chat_template.jinja"));
        if (generation is not null) _folder.Write("generation_config.json", $$"""{"eos_token_id":{{generation}}}""");
        _folder.Write("config.json", File.ReadAllText(_folder.File("config.json")).Replace("\"eos_token_id\": 2", $"\"eos_token_id\": {configuration}"));
        _folder.Write("tokenizer_config.json", token is null ? "{}" : $$"""{"eos_token":"{{token}}"}""");
        using var model = PretrainedModel.Open(_folder.Path);
        model.Text.StopIds.ShouldBe(expected);
    }

    [Theory]
    [InlineData("---\nlanguage: en\nlicense: apache-2.0\n---\n# Title", "apache-2.0")]
    [InlineData("---\nlicense: \"mit\"\n---\n", "mit")]
    [InlineData("---\nlicense:\n- cc-by-4.0\n- mit\n---\n", "cc-by-4.0")]
    [InlineData("\uFEFF---\r\nlicense: llama3.2\r\n---\r\n", "llama3.2")]
    [InlineData("---\nlicense:\ntags: x\n---\n", null)]
    [InlineData("# Title\nlicense: mit\n", null)]
    [InlineData("---\ntags: x\n---\nlicense: mit\n", null)]
    [InlineData("", null)]
    public void The_licence_is_what_the_card_says(string card, string? expected)
    {
        var path = _folder.Write("README.md", card);
        var licence = ModelLicence.Of(_folder.Path);
        licence?.Name.ShouldBe(expected);
        (licence is null).ShouldBe(expected is null);
        licence?.From.ShouldBe(new Origin(path, "license"));
    }

    [Fact]
    public void Without_a_card_the_licence_is_the_title_of_its_file()
    {
        var path = _folder.Write("LICENSE", "\n                                 Apache License\n                           Version 2.0, January 2004\n");
        ModelLicence.Of(_folder.Path).ShouldBe(new ModelLicence("Apache License, Version 2.0, January 2004", new Origin(path)));
        _folder.Write("LICENSE", "MIT License\n\nCopyright (c)");
        ModelLicence.Of(_folder.Path)!.Name.ShouldBe("MIT License");
    }

    [Fact]
    public void What_is_missing_pickled_or_of_another_model_is_one_error_with_advice()
    {
        Says(_folder.File("nothing"), "no such file or folder");
        Says(_folder.Path, "no config.json");
        _folder.Write("pytorch_model.bin", "");
        Says(_folder.Path, "save_pretrained").File.ShouldBe(_folder.File("pytorch_model.bin"));
        Says(_folder.File("pytorch_model.bin"), "save_pretrained");
        File.Delete(_folder.File("pytorch_model.bin"));
        Copy("llama");
        Says(_folder.File("model.safetensor"), "Did you mean \"model.safetensors\"?");
        Says(_folder.File("config.json"), "Name a folder");
        File.Move(_folder.File("tokenizer.json"), _folder.File("elsewhere.json"));
        Says(_folder.Path, "no tokenizer.json");
        File.Copy(Path.Combine(SharedFolder.Path("fixtures", "tokenizers", "gpt2"), "tokenizer.json"), _folder.File("tokenizer.json"));
        Says(_folder.Path, "tokens, but the model only 320").File.ShouldBe(_folder.File("tokenizer.json"));
        File.Delete(_folder.File("tokenizer.json"));
        File.Move(_folder.File("elsewhere.json"), _folder.File("tokenizer.json"));
        _folder.Write("generation_config.json", """{"eos_token_id":320}""");
        Says(_folder.Path, "320").File.ShouldBe(_folder.File("generation_config.json"));
        File.Delete(_folder.File("generation_config.json"));
        File.Move(_folder.File("model.safetensors"), _folder.File("model.pth"));
        Says(_folder.Path, "pickled").File.ShouldBe(_folder.File("model.pth"));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("generation_config.json")]
    [InlineData("chat_template.jinja")]
    [InlineData("README.md")]
    public void A_symbolic_link_out_of_the_folder_is_refused_for_every_file(string name)
    {
        Copy("llama");
        using var outside = new TemporaryFolder();
        var target = outside.Write(name, File.Exists(_folder.File(name)) ? File.ReadAllBytes(_folder.File(name)) : "---\nlicense: mit\n---"u8);
        File.Delete(_folder.File(name));
        File.CreateSymbolicLink(_folder.File(name), target);
        Says(_folder.Path, "leads out of the folder").File.ShouldBe(_folder.File(name));
    }

    [Fact]
    public void Several_gguf_files_parts_adapters_and_other_tokenizers_are_refused()
    {
        File.Copy(FixtureModels.Gguf("qwen2.F32.gguf"), _folder.File("a.gguf"));
        File.Copy(FixtureModels.Gguf("qwen2.Q8_0.gguf"), _folder.File("b.gguf"));
        Says(_folder.Path, "a.gguf, b.gguf");
        var part = GgufBuilder.Minimal();
        part.UInt32("split.count", 3);
        Says(_folder.Write("part.gguf", part.Build()), "which its name does not say").Field.ShouldBe("split.count");
        var adapter = GgufBuilder.Minimal();
        adapter.String("general.type", "adapter");
        Says(_folder.Write("adapter.gguf", adapter.Build()), "adapter").Field.ShouldBe("general.type");
    }

    [Theory]
    [InlineData("tokenizer.ggml.model", "gpt2", "bert", "\"bert\" is not supported")]
    [InlineData("tokenizer.ggml.pre", "gpt-2", "tekke", "\"tekke\" is not supported")]
    [InlineData("tokenizer.ggml.merges", "merges", "nerges", "missing")]
    [InlineData("tokenizer.ggml.tokens", "tokens", "tikens", "missing")]
    public void A_tokenizer_that_is_not_known_is_refused_by_name_unless_one_lies_beside(string key, string there, string instead, string says)
    {
        var bytes = File.ReadAllBytes(FixtureModels.Gguf("llama.F32.gguf"));
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key));
        at += bytes.AsSpan(at).IndexOf(Encoding.UTF8.GetBytes(there));
        Encoding.UTF8.GetBytes(instead).CopyTo(bytes, at);
        var path = _folder.Write("model.gguf", bytes);
        var error = Says(path, says);
        (error.File, error.Field).ShouldBe((path, key));
        File.Copy(Path.Combine(FixtureModels.Folder("llama"), "tokenizer.json"), _folder.File("tokenizer.json"));
        if (says == "missing") return;
        using var model = PretrainedModel.Open(path);
        model.Origins.Tokenizer.ShouldBe(new Origin(_folder.File("tokenizer.json")));
        model.Text.SpecialTokens.ShouldContain(new KeyValuePair<string, string>("eos_token", "<|im_end|>"));
    }

    private UserError Says(string path, string text)
    {
        var error = Should.Throw<UserError>(() => PretrainedModel.Open(path).Dispose());
        error.Message.ShouldContain(text);
        error.File.ShouldNotBeNull();
        return error;
    }

    /// <summary>Copies a checkpoint, without one of its files.</summary>
    private string Copy(string name, string? without = null)
    {
        _folder.CopyInto(name);
        if (without is not null) File.Delete(_folder.File(without));
        return _folder.Path;
    }
}
