using System.Globalization;
using Deliberate.Jinja;
using Deliberate.Models;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>Chat templates of every way in which models treat thoughts: as their makers' templates do it, those of the fixtures, and all combinations of the ways.</summary>
internal static class ThinkingTemplates
{
    public const string R1 = "R1 distill", NoThinking = "V3.1";

    private const string Cut = "{% set content = m.content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}";

    private const string Turns = "{% for m in messages %}{% if m.role == 'assistant' %}ASSISTANT{% else %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\nOPENING{% endif %}";

    private static readonly (string Name, string Source)[] Makers =
    [
        (R1, "{% for m in messages %}{% if m.role == 'user' %}<｜User｜>{{ m.content }}{% elif m.role == 'assistant' %}" + Cut + "<｜Assistant｜>{{ content }}<|end|>{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<｜Assistant｜><think>\n{% endif %}"),
        ("R1, opening itself", "{% for m in messages %}{% if m.role == 'user' %}<｜User｜>{{ m.content }}{% elif m.role == 'assistant' %}" + Cut + "<｜Assistant｜>{{ content }}<|end|>{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<｜Assistant｜>{% endif %}"),
        (NoThinking, "{% for m in messages %}{% if m.role == 'user' %}<｜User｜>{{ m.content }}{% elif m.role == 'assistant' %}" + Cut + "<｜Assistant｜></think>{{ content }}<|end|>{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<｜Assistant｜></think>{% endif %}"),
        ("QwQ", Turned("{% set content = m.content.split('</think>')[-1].lstrip('\n') %}<|im_start|>assistant\n{{ content }}<|im_end|>\n", "<think>\n")),
        ("Qwen3", Turned("{% set content = m.content %}{% set thought = m.reasoning_content or '' %}{% if not thought and '</think>' in content %}{% set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}{% set content = content.split('</think>')[-1].lstrip('\n') %}{% endif %}<|im_start|>assistant\n{% if loop.last or thought and loop.index0 == messages | length - 1 %}<think>\n{{ thought.strip('\n') }}\n</think>\n\n{% endif %}{{ content.lstrip('\n') }}<|im_end|>\n", "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}")),
        ("Qwen3, thinking only", Turned("{% set content = m.content %}{% set thought = m.reasoning_content or '' %}{% if not thought and '</think>' in content %}{% set thought = content.split('</think>')[0].split('<think>')[-1] %}{% set content = content.split('</think>')[-1] %}{% endif %}<|im_start|>assistant\n{% if loop.last %}<think>\n{{ thought.strip('\n') }}\n</think>\n\n{% endif %}{{ content.lstrip('\n') }}<|im_end|>\n", "<think>\n")),
        ("Qwen3, not thinking", Turned("{% set content = m.content.split('</think>')[-1].lstrip('\n') %}<|im_start|>assistant\n<think>\n\n</think>\n\n{{ content }}<|im_end|>\n", "<think>\n\n</think>\n\n")),
        ("GLM", "[gMASK]<sop>{% for m in messages %}{% if m.role == 'assistant' %}<|assistant|>\n{% if loop.last and m.reasoning_content %}<think>{{ m.reasoning_content.strip() }}</think>\n{% else %}<think></think>\n{% endif %}{{ m.content.split('</think>')[-1].strip() }}{% else %}<|{{ m.role }}|>\n{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}"),
        ("Magistral", "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST]{{ m.content }}[/INST]{% elif m.role == 'system' %}[SYSTEM_PROMPT]{{ m.content }}[/SYSTEM_PROMPT]{% else %}{% if m.thinking %}[THINK]{{ m.thinking }}[/THINK]{% endif %}{{ m.content }}{{ eos_token }}{% endif %}{% endfor %}"),
        ("Seed-OSS", "{% for m in messages %}<seed:bos>{{ m.role }}\n{% if m.role == 'assistant' and m.reasoning_content %}<seed:think>{{ m.reasoning_content }}</seed:think>{% endif %}{{ m.content }}<seed:eos>{% endfor %}{% if add_generation_prompt %}<seed:bos>assistant\n{% endif %}"),
        ("channels", "{% for m in messages %}{% if m.role == 'assistant' %}{% if m.thinking %}<|start|>assistant<|channel|>analysis<|message|>{{ m.thinking }}<|end|>{% endif %}<|start|>assistant<|channel|>final<|message|>{{ m.content }}<|return|>{% else %}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}"),
        ("Llama 3", "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content | trim }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"),
        ("Mistral", "{{ bos_token }}{% set loop_messages = messages %}{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set loop_messages = messages[1:] %}{% endif %}{% for m in loop_messages %}{% if m.role == 'user' %}[INST] {% if loop.last and system is defined %}{{ system }}\n\n{% endif %}{{ m.content }}[/INST]{% else %} {{ m.content | trim }}{{ eos_token }}{% endif %}{% endfor %}"),
        ("Gemma", "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content | trim }}<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"),
        ("parts only", "{% for m in messages %}{{ m.role }}: {% if m.content is string %}{{ m.content }}{% else %}{{ m.content[0].text }}{% endif %}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"),
        ("users only", "{% for m in messages %}{% if m.role == 'user' %}U{{ m.content }}{% elif m.role == 'assistant' %}A{{ m.content }}{{ eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}A{% endif %}"),
        ("marks the text", Turned("<|im_start|>assistant\n{% generation %}{{ m.content.split('</think>')[-1] }}{% endgeneration %}<|im_end|>\n", "<think>\n")),
        ("marks the turn", Turned("<|im_start|>assistant\n{% generation %}{% if m.reasoning_content %}<think>\n{{ m.reasoning_content }}\n</think>\n{% endif %}{{ m.content }}<|im_end|>{% endgeneration %}\n", "")),
        // Nemotron: takes switches out of what the user says, and writes the opening before the text of the last turn.
        ("switches", "{% set ns = namespace(thinks=true) %}{% for m in messages %}{% if m.role != 'assistant' and '/no_think' in m.content %}{% set ns.thinks = false %}{% endif %}{% endfor %}{% for m in messages %}{% if m.role == 'assistant' %}<|im_start|>assistant\n{% if loop.last %}{{ '<think>\n\n' if ns.thinks else '<think></think>' }}{% endif %}{{ m.content.strip() }}{% else %}<|im_start|>{{ m.role }}\n{{ m.content.replace('/no_think', '').strip() }}{% endif %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{{ '<think>\n\n' if ns.thinks else '<think></think>' }}{% endif %}"),
        ("calls", Turned("<|im_start|>assistant\n{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content or '' }}{% for call in m.tool_calls or [] %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}<|im_end|>\n", "")),
        ("QwQ with calls", Turned("<|im_start|>assistant\n{{ (m.content or '').split('</think>')[-1] }}{% for call in m.tool_calls or [] %}<tool_call>{{ call.function | tojson }}</tool_call>{% endfor %}<|im_end|>\n", "<think>\n")),
    ];

    /// <summary>Whose text is a template; rendered with the end token of the tokenizer given.</summary>
    public static IEnumerable<(string Name, TextFormat Format)> All(TextFormat format)
    {
        foreach (var (name, source) in Makers.Concat(Combined())) yield return (name, format with { ChatTemplate = ChatTemplate.Parse(source, name) });
        foreach (var template in SharedFolder.Json("fixtures", "chat", "cases.json").GetProperty("templates").EnumerateObject())
            yield return (template.Name, format with { ChatTemplate = ChatTemplate.Parse(template.Value.GetString()!, template.Name) });
        foreach (var file in Directory.GetFiles(SharedFolder.Path("fixtures", "models"), "chat_template.jinja", SearchOption.AllDirectories).Order(StringComparer.Ordinal).DistinctBy(File.ReadAllText))
            yield return (file, format with { ChatTemplate = ChatTemplate.Parse(File.ReadAllText(file), file) });
    }

    public static TextFormat Of(TextFormat format, string name) => format with { ChatTemplate = ChatTemplate.Parse(Makers.Single(m => m.Name == name).Source, name) };

    private static string Turned(string assistant, string opening) => Turns.Replace("ASSISTANT", assistant, StringComparison.Ordinal).Replace("OPENING", opening, StringComparison.Ordinal);

    /// <summary>Every way to open a turn with every way to show a thought in the text, or in a field, and with marks or without.</summary>
    private static IEnumerable<(string Name, string Source)> Combined()
    {
        string[] openings = ["", "<think>", "<think>\n", "[THINK]", "<think>\n\n</think>\n\n", "</think>"];
        string[] contents = ["{{ m.content | trim }}", "{{ m.content.split('</think>')[-1] }}", "{% if loop.last %}{{ m.content }}{% else %}{{ m.content.split('</think>')[-1] }}{% endif %}"];
        string[] fields = ["", "{% if m.reasoning_content %}<think>\n{{ m.reasoning_content }}\n</think>\n\n{% endif %}", "{% if loop.last and m.thinking %}[THINK]{{ m.thinking }}[/THINK]{% endif %}", "{% if m.thinking %}My thoughts: {{ m.thinking }}\n{% endif %}", "<think>\n{{ m.reasoning_content or '' }}\n</think>\n\n"];
        string[] marks = ["{0}{1}<|im_end|>\n", "{0}{{% generation %}}{1}<|im_end|>{{% endgeneration %}}\n", "{{% generation %}}{0}{1}{{% endgeneration %}}<|im_end|>\n"];
        foreach (var opening in openings)
            foreach (var content in contents)
                foreach (var field in fields)
                    foreach (var mark in marks)
                        yield return ($"{opening} {field} {content} {mark}".ReplaceLineEndings("|"), Turned("<|im_start|>assistant\n" + string.Format(CultureInfo.InvariantCulture, mark, field, content), opening));
    }
}
