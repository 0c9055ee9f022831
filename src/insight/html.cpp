#include "insight/html.hpp"

namespace wdx::insight {

void append_escaped(std::string& html, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            case '\'':
                html += "&#39;";
                break;
            case '\r':
                html += "&#13;";
                break;
            default:
                html += c;
        }
    }
}

void append_isolated(std::string& html, std::string_view text) {
    html += "<bdi>";
    append_escaped(html, text);
    html += "</bdi>";
}

void append_block(std::string& html, std::string_view text) {
    html += R"(<p class="kept" dir="auto">)";
    append_escaped(html, text);
    html += "</p>\n";
}

}  // namespace wdx::insight
